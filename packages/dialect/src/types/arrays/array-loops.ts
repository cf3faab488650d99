import type { Codec } from '../codec.ts'
import { float8 } from '../scalars/floats.ts'
import { int2, int4 } from '../scalars/integers.ts'

/**
 * Reads `count` elements at once, each of the type's size behind its length word; undefined when a length word says
 * otherwise (a NULL, as a rule). The caller has checked that the bytes are there.
 */
export type ElementLoop = (view: DataView, offset: number, count: number) => unknown[] | undefined

/**
 * Loops for elements so cheap that a call for each would be most of the work: 100 of int4 take 0.17 µs here, 0.55 µs with
 * calls of `decode`. They belong to the function that they stand for, so that a codec with another one is not by-passed.
 */
const loops: ReadonlyMap<Codec['decode'], ElementLoop> = new Map<Codec['decode'], ElementLoop>([
  [int2.decode, readInt2],
  [int4.decode, readInt4],
  [float8.decode, readFloat8],
])

export function elementLoop(element: Codec): ElementLoop | undefined {
  return loops.get(element.decode)
}

function readInt2(view: DataView, offset: number, count: number): unknown[] | undefined {
  const values = new Array<unknown>(count)
  for (let index = 0, at = offset; index < count; index++, at += 6) {
    if (view.getInt32(at) !== 2) return undefined
    values[index] = view.getInt16(at + 4)
  }
  return values
}

function readInt4(view: DataView, offset: number, count: number): unknown[] | undefined {
  const values = new Array<unknown>(count)
  for (let index = 0, at = offset; index < count; index++, at += 8) {
    if (view.getInt32(at) !== 4) return undefined
    values[index] = view.getInt32(at + 4)
  }
  return values
}

function readFloat8(view: DataView, offset: number, count: number): unknown[] | undefined {
  const values = new Array<unknown>(count)
  for (let index = 0, at = offset; index < count; index++, at += 12) {
    if (view.getInt32(at) !== 8) return undefined
    values[index] = view.getFloat64(at + 4)
  }
  return values
}
