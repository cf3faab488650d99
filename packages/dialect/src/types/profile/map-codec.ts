import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, TEXT } from '../codec.ts'
import { isForeignText } from '../parts/foreign-text.ts'
import { textOf, valueFromText } from '../text-form.ts'

/** What another representation changes about a codec. */
export interface CodecMapping<Value, Mapped> {
  /** From the value that the codec decodes. NULL never comes here; null as JSON has it does. */
  readonly decode: (value: Value) => Mapped
  /**
   * To a value that the codec encodes, or to PostgreSQL's text input for it. Gets every value but null, strings too (see
   * `ownStrings`). It may be called more than once for one value: first to see how that travels, then to write it.
   */
  readonly encode: (value: unknown) => unknown
  /**
   * Whether `encode` gets strings. Default: true. With false a string is text input for the codec underneath, as it is for
   * every type.
   */
  readonly ownStrings?: boolean
  /** Default: what the codec says. */
  readonly typescript?: { readonly select?: string; readonly insert?: string }
  /** Whether a mapped value can be an array. Default: what the codec says. */
  readonly encodesArrays?: boolean
}

/** Another representation on top of any codec: the same type on the wire, other values in JavaScript. */
export function mapCodec<Value, Mapped>(codec: Codec<Value>, mapping: CodecMapping<Value, Mapped>): Codec<Mapped> {
  const { decode, decodeBinary } = codec
  const encoded = (value: unknown): unknown => {
    if (typeof value === 'string' && mapping.ownStrings === false) return value
    const given = mapping.encode(value)
    if (given === null || given === undefined) throw new InvalidValueError('its mapping gave no value')
    return given
  }
  return {
    // Whatever reads values is replaced below.
    ...(codec as Codec<never>),
    typescript: { ...codec.typescript, ...mapping.typescript },
    ownStrings: codec.ownStrings || mapping.ownStrings !== false,
    encodesArrays: mapping.encodesArrays ?? codec.encodesArrays,
    decode: (bytes, view, offset, length) => mapping.decode(decode(bytes, view, offset, length)),
    encode: (value, out) => codec.encode(encoded(value), out),
    toText: (value) => textOf(codec, encoded(value)),
    ...((codec.fromText !== undefined || codec.format === TEXT) && {
      fromText: (text: string) => mapping.decode(valueFromText(codec, text)),
    }),
    ...(decodeBinary !== undefined && {
      decodeBinary: (bytes: Buffer, view: DataView, offset: number, length: number) =>
        mapping.decode(decodeBinary(bytes, view, offset, length)),
    }),
    ...(codec.format !== TEXT && {
      // Text input that the codec leaves to the server has to travel as text, even where its values are binary.
      prefersText: (value: unknown) => isForeignText(codec, encoded(value)),
      encodeText: (value, out) => {
        const given = encoded(value)
        if (codec.encodeText !== undefined && (typeof given !== 'string' || codec.ownStrings))
          codec.encodeText(given, out)
        else out.text(textOf(codec, given))
      },
    }),
  }
}
