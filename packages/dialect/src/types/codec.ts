import type { SendBuffer } from '../bytes/send-buffer.ts'
import { defineLazySamples } from './lazy-samples.ts'

/** The protocol's format codes. */
export const TEXT = 0
export const BINARY = 1
export type Format = typeof TEXT | typeof BINARY

/**
 * Everything about one PostgreSQL type, in one place: the driver decodes and encodes by it, the code generator prints
 * from it, and the tests derive their matrix from it.
 */
export interface Codec<Value = unknown> {
  /** `pg_type.typname`. */
  readonly name: string
  /** The schema that a type without a fixed OID has to be in; undefined: any. */
  readonly schema?: string | undefined
  /** `pg_type.oid`; 0 for a type that gets its OID when the database does (enums, extensions). */
  readonly oid: number
  /** `pg_type.typarray`; 0 when there is none, or it is not known yet. */
  readonly arrayOid: number
  /** How values travel: binary, unless the server has no binary send function for the type. */
  readonly format: Format
  /** Bytes of every binary value, checked by the caller before `decode`; -1 when they vary. */
  readonly size: number
  /** `pg_type.typdelim`: what stands between the elements of an array in text. */
  readonly delimiter: string
  /**
   * The TypeScript types of a selected and of an inserted value, as source text. Every type takes its text; `string` stands
   * in `insert` where that is a usual way to give the value: numbers of any size, dates, intervals, labels, text.
   */
  readonly typescript: { readonly select: string; readonly insert: string }
  /**
   * Values as the server prints them (UTC, DateStyle ISO, IntervalStyle iso_8601), and reads them: what the tests and the
   * code generator try the type with.
   */
  readonly samples: readonly string[]
  /**
   * Reads one value that is not NULL. `bytes` and `view` are the receive buffer: copy what is kept.
   * The caller has checked that `length` bytes are there, and that they are `size`.
   * Throws `InvalidValueError` for bytes that are no value of the type.
   */
  readonly decode: (bytes: Buffer, view: DataView, offset: number, length: number) => Value
  /**
   * Appends one value that is not NULL in the codec's `format`, without a length word.
   * Throws `InvalidValueError` for anything that would not arrive exactly. The caller takes back what was written then.
   */
  readonly encode: (value: unknown, out: SendBuffer) => void
  /**
   * Whether `encode` takes a string as the server's own input would. A string parameter is sent as text, whatever the type
   * (but see `ownStrings`); this is about strings inside arrays, which otherwise turn the whole array into text.
   */
  readonly encodesStrings: boolean
  /**
   * Whether strings are values of the codec's own, which `encode` and `toText` decide about wherever they stand; otherwise
   * a string is PostgreSQL's text input, at the top level and as a part of another value.
   */
  readonly ownStrings: boolean
  /** Whether an array can be one value of the type (JSON does that): an array for its array type then has one dimension. */
  readonly encodesArrays: boolean
  /**
   * Reads what the server prints, as `decode` reads its bytes: a composite or a record with a part that has no binary form
   * travels as text with all of its parts. Throws `InvalidValueError`.
   *
   * Inside such a composite the session's settings decide what the server prints: an `extra_float_digits` below 1 loses
   * digits there, and under another DateStyle than ISO its dates are refused.
   */
  readonly fromText?: (text: string) => Value
  /**
   * For a type that travels as text: reads its binary form, which is how it arrives inside an anonymous record.
   * The bounds of `decode` apply, `size` does not.
   */
  readonly decodeBinary?: (bytes: Buffer, view: DataView, offset: number, length: number) => Value
  /**
   * The value as PostgreSQL's text input, for places where text is all there is: arrays that mix strings with other values,
   * and composites with a part that travels as text. Throws as `encode` does. A binary codec without it is refused there,
   * except for strings, which are text already unless they are the codec's own.
   */
  readonly toText?: (value: unknown) => string
  /** Whether this value, although the format is binary, has to be sent as text by `encodeText`. May throw as `encode` does. */
  readonly prefersText?: (value: unknown) => boolean
  readonly encodeText?: (value: unknown, out: SendBuffer) => void
}

/** What a codec has to say; the rest follows from it. */
export interface CodecDefinition<Value> {
  readonly name: string
  readonly schema?: string | undefined
  readonly oid?: number
  readonly arrayOid?: number
  readonly format?: Format
  readonly size?: number
  readonly delimiter?: string
  readonly typescript: { readonly select: string; readonly insert: string }
  /** Or what makes them, once, when they are asked for first. */
  readonly samples?: readonly string[] | (() => readonly string[])
  readonly encodesStrings?: boolean
  /**
   * Strings are values of the codec's own: `encode` and `toText` decide about them everywhere, never PostgreSQL's text
   * input.
   */
  readonly ownStrings?: boolean
  readonly encodesArrays?: boolean
  readonly decode: Codec<Value>['decode']
  readonly encode: Codec<Value>['encode']
  readonly fromText?: (text: string) => Value
  readonly decodeBinary?: Codec<Value>['decode']
  readonly toText?: (value: unknown) => string
  readonly prefersText?: (value: unknown) => boolean
  readonly encodeText?: (value: unknown, out: SendBuffer) => void
}

/**
 * Declares a codec. Defaults: no OID, binary, variable size, a comma between array elements, strings left to the server,
 * arrays not encoded, no samples. The codec is frozen, because all connections share it.
 */
export function defineCodec<Value>(definition: CodecDefinition<Value>): Codec<Value> {
  const { samples = [], ...rest } = definition
  const codec = {
    oid: 0,
    arrayOid: 0,
    format: BINARY,
    size: -1,
    delimiter: ',',
    encodesStrings: false,
    ownStrings: false,
    encodesArrays: false,
    ...rest,
    typescript: Object.freeze({ ...definition.typescript }),
  }
  if (typeof samples === 'function') defineLazySamples(codec, samples)
  else Object.assign(codec, { samples: Object.freeze([...samples]) })
  return Object.freeze(codec) as Codec<Value>
}
