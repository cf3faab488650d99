import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { UnresolvedTypeError } from '../../errors/unresolved-type-error.ts'
import type { Codec } from '../codec.ts'
import { binaryReader, binarySize, NULL_LENGTH, readPartLength, requireEnd, writePart } from '../parts/binary-part.ts'
import { withinField } from '../parts/value-path.ts'
import type { Composer, CompositeField } from './composite-fields.ts'

/*
 * Composites in binary: the number of fields, then for each its type's OID and its value behind a length word. Dropped
 * columns are not sent.
 */
const COUNT_BYTES = 4

/** The decoder for a composite of `fields`; undefined when one of them has no binary form that is known here. */
export function binaryCompositeDecoder(
  type: string,
  fields: readonly CompositeField[],
  compose: Composer,
): Codec<Record<string, unknown>>['decode'] | undefined {
  const readers: Codec['decode'][] = []
  for (const { codec } of fields) {
    const reader = binaryReader(codec)
    if (reader === undefined) return undefined
    readers.push(reader)
  }
  const oids = fields.map(({ codec }) => codec.oid)
  const sizes = fields.map(({ codec }) => binarySize(codec))

  return (bytes, view, offset, length) => {
    if (length < COUNT_BYTES) throw new InvalidValueError('too short for a composite')
    if (view.getUint32(offset) !== oids.length) throw UnresolvedTypeError.outdated(type)
    const end = offset + length
    const values: unknown[] = []
    let at = offset + COUNT_BYTES
    for (let index = 0; index < oids.length; index++) {
      if (at + 4 > end) throw new InvalidValueError('too short for its parts')
      if (view.getUint32(at) !== oids[index]) throw UnresolvedTypeError.outdated(type)
      const partLength = readPartLength(view, at + 4, end, sizes[index]!)
      at += 8
      if (partLength === NULL_LENGTH) {
        values.push(null)
        continue
      }
      values.push(readers[index]!(bytes, view, at, partLength))
      at += partLength
    }
    requireEnd(at, end)
    return compose(values)
  }
}

/** Appends the values of the fields, which are as many as these. */
export function encodeComposite(values: readonly unknown[], fields: readonly CompositeField[], out: SendBuffer): void {
  out.int32(fields.length)
  let index = 0
  try {
    for (; index < fields.length; index++) {
      const { codec } = fields[index]!
      out.uint32(codec.oid)
      if (values[index] === null) out.int32(NULL_LENGTH)
      else writePart(codec, values[index], out)
    }
  } catch (error) {
    throw withinField(fields[index]!.name, error)
  }
}
