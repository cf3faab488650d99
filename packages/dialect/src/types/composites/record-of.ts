import { InvalidValueError } from '../../errors/codec-error.ts'
import { UnresolvedTypeError } from '../../errors/unresolved-type-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { binaryReader, binarySize, NULL_LENGTH, readPartLength, requireEnd } from '../parts/binary-part.ts'
import { MAX_NESTING } from '../parts/nesting.ts'

const COUNT_BYTES = 4
/** A type's OID and a length word. */
const MIN_FIELD_BYTES = 8

/** The decoders made here, whatever was made of their codecs since. */
const recordDecoders = new WeakSet<Codec['decode']>()

/** Whether `codec` decodes as one of {@link recordOf} does. Whoever knows more types may put another in its place. */
export function isRecord(codec: Codec): boolean {
  return recordDecoders.has(codec.decode)
}

/**
 * The codec of anonymous records, as `row(1, 'a')` makes them: a tuple of their values. They always travel in binary,
 * because only there they say of which types their fields are; `resolve` knows what to do with those.
 *
 * Throws `UnresolvedTypeError` for a type that `resolve` does not know. Cannot encode: the server reads no records.
 */
export function recordOf(resolve: (oid: number) => Codec | undefined): Codec<unknown[]> {
  // Records in records, and in arrays in records, come back here. Decoding is synchronous, so that they can be counted.
  let depth = 0

  const decode: Codec<unknown[]>['decode'] = (bytes, view, offset, length) => {
    if (depth >= MAX_NESTING) throw new InvalidValueError(`records nested deeper than ${MAX_NESTING} levels`)
    depth++
    try {
      return decodeFields(bytes, view, offset, length)
    } finally {
      depth--
    }
  }

  function decodeFields(bytes: Buffer, view: DataView, offset: number, length: number): unknown[] {
    if (length < COUNT_BYTES) throw new InvalidValueError('too short for a record')
    const count = view.getUint32(offset)
    if (count * MIN_FIELD_BYTES > length - COUNT_BYTES) throw new InvalidValueError('too short for its fields')
    const end = offset + length
    const values: unknown[] = []
    let at = offset + COUNT_BYTES
    for (let index = 0; index < count; index++) {
      if (at + MIN_FIELD_BYTES > end) throw new InvalidValueError('too short for its fields')
      const oid = view.getUint32(at)
      const partLength = readPartLength(view, at + 4, end, -1)
      at += MIN_FIELD_BYTES
      if (partLength === NULL_LENGTH) {
        values.push(null)
        continue
      }
      const codec = resolve(oid)
      if (codec === undefined) throw UnresolvedTypeError.unknown(oid)
      values.push(decodeField(codec, bytes, view, at, partLength))
      at += partLength
    }
    requireEnd(at, end)
    return values
  }

  recordDecoders.add(decode)
  return defineCodec<unknown[]>({
    name: 'record',
    oid: 2249,
    arrayOid: 2287,
    typescript: { select: "import('kysely-pgwire/types').AnonymousRecord", insert: 'never' },
    decode,
    encode: () => {
      throw new InvalidValueError('the server reads no anonymous records; cast the parameter to a named composite type')
    },
  })
}

function decodeField(codec: Codec, bytes: Buffer, view: DataView, offset: number, length: number): unknown {
  const read = binaryReader(codec)
  if (read === undefined) {
    throw new InvalidValueError(`the binary form of ${codec.name} in a record is not known; cast that field to text`)
  }
  const size = binarySize(codec)
  if (size !== -1 && length !== size) throw new InvalidValueError('an impossible length of a part')
  return read(bytes, view, offset, length)
}
