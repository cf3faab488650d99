import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, TEXT } from '../codec.ts'
import { textOf, valueFromText } from '../text-form.ts'

/** What another representation changes about a codec. */
export interface CodecMapping<Value, Mapped> {
  /** From the value that the codec decodes. NULL never comes here; null as JSON has it does. */
  readonly decode: (value: Value) => Mapped
  /**
   * To a value that the codec encodes, or to PostgreSQL's text input for it. Never gets null, and never a string: that is
   * text input already, as it is for every type.
   */
  readonly encode: (value: unknown) => unknown
  /** Default: what the codec says. */
  readonly typescript?: { readonly select?: string; readonly insert?: string }
  /** Whether a mapped value can be an array. Default: what the codec says. */
  readonly encodesArrays?: boolean
}

/** Another representation on top of any codec: the same type on the wire, other values in JavaScript. */
export function mapCodec<Value, Mapped>(codec: Codec<Value>, mapping: CodecMapping<Value, Mapped>): Codec<Mapped> {
  const { decode, decodeBinary } = codec
  const encoded = (value: unknown): unknown => {
    if (typeof value === 'string') return value
    const given = mapping.encode(value)
    if (given === null || given === undefined) throw new InvalidValueError('its mapping gave no value')
    return given
  }
  // Text input that the codec leaves to the server has to travel as text, even where its values are binary.
  const isForeignText = (value: unknown): boolean => typeof value === 'string' && !codec.encodesStrings
  return {
    // Whatever reads values is replaced below.
    ...(codec as Codec<never>),
    typescript: { ...codec.typescript, ...mapping.typescript },
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
      prefersText: (value: unknown) => {
        const given = encoded(value)
        return isForeignText(given) || (codec.prefersText?.(given) ?? false)
      },
      encodeText: (value, out) => {
        const given = encoded(value)
        if (codec.encodeText !== undefined && !isForeignText(given)) codec.encodeText(given, out)
        else out.text(textOf(codec, given))
      },
    }),
  }
}
