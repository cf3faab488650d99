import type { Codec } from './codec.ts'

/** What is known about a codec, as data: the unit tests, the property tests and the round trips through a server read it. */
export interface CodecCases<Value = unknown> {
  readonly codec: Codec<Value>
  /** Values, the server's text for them (UTC, DateStyle ISO, IntervalStyle iso_8601) and its bytes in hex; both directions. */
  readonly valid: readonly (readonly [value: Value, text: string, wire: string])[]
  /** Further values that are encoded, and as which bytes. */
  readonly accepted?: readonly (readonly [value: unknown, wire: string])[]
  /** Further bytes that are decoded, to which value: what a value loses on its way to JavaScript by design. */
  readonly received?: readonly (readonly [text: string, wire: string, value: Value])[]
  /** Values that are refused. */
  readonly invalid: readonly unknown[]
  /** Bytes in hex that are refused. */
  readonly malformed: readonly string[]
}
