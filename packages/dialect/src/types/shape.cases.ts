import type { Codec } from './codec.ts'

/** What is known about a codec, as data: the unit tests, the property tests and the round trips through a server read it. */
export interface CodecCases<Value = unknown> {
  readonly codec: Codec<Value>
  /**
   * Values, the server's text for them (UTC, DateStyle ISO, IntervalStyle iso_8601) and its bytes in hex; both
   * directions. `since`: the first major version that has the value, or prints it like this.
   */
  readonly valid: readonly (readonly [value: Value, text: string, wire: string, since?: number])[]
  /** Further values that are encoded, and as which bytes. */
  readonly accepted?: readonly (readonly [value: unknown, wire: string])[]
  /** Further bytes that are decoded, to which value: what a value loses on its way to JavaScript by design. */
  readonly received?: readonly (readonly [text: string, wire: string, value: Value])[]
  /**
   * Further texts that are read, to which value: what other settings of a session print, or a value that JavaScript cannot
   * give back.
   */
  readonly read?: readonly (readonly [text: string, value: Value])[]
  /** Texts that are refused, all of which the server does not print. */
  readonly unreadable?: readonly string[]
  /** Values that are refused. */
  readonly invalid: readonly unknown[]
  /** Bytes in hex that are refused. */
  readonly malformed: readonly string[]
  /**
   * Of a type that travels as text: bytes in which a value arrives inside an anonymous record, in hex, and the value that is
   * read from them where it is not the text.
   */
  readonly recorded?: readonly (readonly [text: string, wire: string, value?: Value])[]
  /** Bytes in hex that are refused inside an anonymous record. */
  readonly malformedInRecords?: readonly string[]
}
