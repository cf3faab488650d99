import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { BINARY, type Codec } from '../codec.ts'

/** The length word of NULL. */
export const NULL_LENGTH = -1

/** Reads the length word of a part whose type has values of `size` bytes (-1: they vary); `NULL_LENGTH` for NULL. */
export function readPartLength(view: DataView, at: number, end: number, size: number): number {
  if (at + 4 > end) throw new InvalidValueError('too short for its parts')
  const length = view.getInt32(at)
  if (length === NULL_LENGTH) return length
  if (length < 0 || length > end - at - 4 || (size !== -1 && length !== size)) {
    throw new InvalidValueError('an impossible length of a part')
  }
  return length
}

/** As `readPartLength`, where there can be no NULL. */
export function readPresentLength(view: DataView, at: number, end: number, size: number): number {
  const length = readPartLength(view, at, end, size)
  if (length === NULL_LENGTH) throw new InvalidValueError('an impossible length of a part')
  return length
}

/** Throws unless the parts ended where the whole does. */
export function requireEnd(at: number, end: number): void {
  if (at !== end) throw new InvalidValueError('longer than its parts')
}

/** Appends a value behind its length word. */
export function writePart(codec: Codec, value: unknown, out: SendBuffer): void {
  const start = out.length
  out.int32(0)
  codec.encode(value, out)
  out.patchInt32(start, out.length - start - 4)
}

/** What reads a type's binary form; undefined when nobody here can. */
export function binaryReader<Value>(codec: Codec<Value>): Codec<Value>['decode'] | undefined {
  return codec.format === BINARY ? codec.decode : codec.decodeBinary
}

/** `codec` for the binary form of its type; undefined when nobody here can read that. */
export function inBinary<Value>(codec: Codec<Value>): Codec<Value> | undefined {
  const decode = binaryReader(codec)
  return decode && { ...codec, format: BINARY, size: binarySize(codec), decode }
}

/** The bytes of every binary value of a type; -1 when they vary. Of a type that travels as text, `size` says nothing. */
export function binarySize(codec: Codec): number {
  return codec.format === BINARY ? codec.size : -1
}
