import { decodeText } from '../../bytes/decode-text.ts'
import { UnresolvedTypeError } from '../../errors/unresolved-type-error.ts'
import { BINARY, type Codec, defineCodec, TEXT } from '../codec.ts'
import { isForeignText } from '../parts/foreign-text.ts'
import { MAX_SAMPLES } from '../parts/samples.ts'
import { withinField } from '../parts/value-path.ts'
import type { TypeIdentity } from '../type-identity.ts'
import { binaryCompositeDecoder, encodeComposite } from './composite-binary.ts'
import { composerOf, type CompositeField, fieldValuesOf } from './composite-fields.ts'
import { formatCompositeLiteral, formatField, readCompositeLiteral, valuesFromTexts } from './composite-literal.ts'

/**
 * The codec of a composite or of a table's row type: an object by field name.
 *
 * Encodes such objects, where a field that is missing is NULL, and arrays with a value for each field. In an array of
 * composites only objects are composites: an array there is another dimension. A composite travels as text when one of
 * its fields does, or holds a string that only the server can read.
 *
 * @see https://www.postgresql.org/docs/current/rowtypes.html
 */
export function compositeOf(identity: TypeIdentity, fields: readonly CompositeField[]): Codec<Record<string, unknown>> {
  const compose = composerOf(fields)
  const valuesOf = fieldValuesOf(fields)
  const binary = fields.every(({ codec }) => codec.format === BINARY)
  const decodeBinary = binaryCompositeDecoder(identity.name, fields, compose)
  const toText = (value: unknown): string => formatCompositeLiteral(valuesOf(value), fields)
  const fromText = (text: string): Record<string, unknown> => {
    const texts = fields.length === 0 && text === '()' ? [] : readCompositeLiteral(text)
    if (texts.length !== fields.length) throw UnresolvedTypeError.outdated(identity.name)
    return compose(valuesFromTexts(texts, fields))
  }
  return defineCodec<Record<string, unknown>>({
    ...identity,
    format: binary ? BINARY : TEXT,
    typescript: { select: typeLiteral(fields, 'select'), insert: typeLiteral(fields, 'insert') },
    samples: () => samplesOf(fields),
    decode:
      binary && decodeBinary !== undefined
        ? decodeBinary
        : (bytes, _view, offset, length) => fromText(decodeText(bytes, offset, length)),
    encode: binary
      ? (value, out) => encodeComposite(valuesOf(value), fields, out)
      : (value, out) => out.text(toText(value)),
    fromText,
    toText,
    ...(binary
      ? {
          prefersText: (value) => holdsForeignText(valuesOf(value), fields),
          encodeText: (value, out) => out.text(toText(value)),
        }
      : decodeBinary && { decodeBinary }),
  })
}

function holdsForeignText(values: readonly unknown[], fields: readonly CompositeField[]): boolean {
  let index = 0
  try {
    for (; index < fields.length; index++) if (isForeignText(fields[index]!.codec, values[index])) return true
  } catch (error) {
    throw withinField(fields[index]!.name, error)
  }
  return false
}

/** Every field may be NULL: not even NOT NULL on a table's column says anything about its row type. It may be left out, too. */
function typeLiteral(fields: readonly CompositeField[], side: 'select' | 'insert'): string {
  if (fields.length === 0) return 'Record<string, never>'
  const colon = side === 'select' ? ':' : '?:'
  const members = fields.map(({ name, codec }) => `${JSON.stringify(name)}${colon} ${codec.typescript[side]} | null`)
  return `{ ${members.join('; ')} }`
}

/** All fields NULL, and every field with one after the other of its samples, beside those of the other fields. */
function samplesOf(fields: readonly CompositeField[]): string[] {
  const rows = Math.min(MAX_SAMPLES - 1, Math.max(0, ...fields.map(({ codec }) => codec.samples.length)))
  const samples = [`(${fields.map(() => '').join(',')})`]
  for (let row = 0; row < rows; row++) {
    const parts = fields.map(({ codec: { samples } }) => formatSample(samples[row % samples.length]))
    samples.push(`(${parts.join(',')})`)
  }
  return samples
}

function formatSample(sample: string | undefined): string {
  return sample === undefined ? '' : formatField(sample)
}
