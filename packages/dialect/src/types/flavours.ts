/**
 * Types that codecs state where a JavaScript type has several meanings, of which each is something else in JSON. Every plain
 * number, string or array is one of its flavours as well, so that they ask nothing of whoever writes values.
 */
import type { JsonAs } from './json-form.ts'
import type { Json } from './json-value.ts'

/** float4 and float8: a number that JSON may not have. */
export type Float = JsonAs<number, number | 'NaN' | 'Infinity' | '-Infinity'>

/** `Infinity` or `-Infinity`, in place of a date, a timestamp or an interval. */
export type Infinite = JsonAs<number, 'infinity' | '-infinity'>

/** oid, xid and cid: numbers that are texts in JSON. */
export type Oid = JsonAs<number, string>

/** What pgvector's dense types hold: a text in JSON. */
export type Vector = JsonAs<number[], string>

/** The ranges of a multirange, which is one text in JSON. */
export type Multirange<AnyRange> = JsonAs<AnyRange[], string>

/** EWKB. The server makes GeoJSON of a geometry. */
export type Geometry = JsonAs<Uint8Array, { [key: string]: Json }>

/** The fields of an anonymous record, which are called f1, f2 and so on in JSON. */
export type AnonymousRecord = JsonAs<unknown[], { [key: string]: Json }>

/** The text that the server prints for what is no text in JSON: an array, a composite, JSON itself. */
export type ServerText = JsonAs<string, Json>
