import type { BoundedArray } from './arrays/bounded-array.ts'
import type { PgArray } from './arrays/pg-array.ts'
import type { Json } from './json-value.ts'
import type { PgInterval } from './profile/representations/pg-interval.ts'
import type { Range } from './ranges/range-value.ts'
import type { Interval } from './scalars/interval-value.ts'

/** Under which a type says what its values are in JSON. Only types have it: no value does. */
export declare const jsonForm: unique symbol

/**
 * `Value`, which is `Form` where the server makes JSON of it. Whatever is a `Value` is one of these, too: it is for the types
 * that codecs state, where {@link JsonForm} could not tell from `Value` alone.
 */
export type JsonAs<Value, Form> = Value & { readonly [jsonForm]?: Form }

/**
 * The type of what the driver decodes as `T`, once the server has made JSON of it: of a member of what `jsonArrayFrom` and
 * its like select.
 */
export type JsonForm<T> = [Json] extends [T] ? FormOfAnything<T> : T extends unknown ? FormOf<T> : never

/** `unknown` is whatever JSON there is; a type with all of JSON in it stays what it is. */
type FormOfAnything<T> = unknown extends T ? (0 extends 1 & T ? T : Json) : T

type FormOf<T> = typeof jsonForm extends keyof T
  ? StatedForm<T>
  : T extends string
    ? FormOfText<T>
    : T extends bigint
      ? number
      : T extends number | boolean | null | undefined
        ? T
        : T extends Printed
          ? string
          : T extends BoundedArray<infer Element>
            ? PgArray<JsonForm<Element>>
            : T extends readonly (infer Element)[]
              ? JsonForm<Element>[]
              : FormOfObject<T>

type StatedForm<T> = T extends { readonly [jsonForm]?: infer Form } ? Exclude<Form, undefined> : never

/** Digits of int8 and numeric, branded or not, are numbers. A label that looks like one is a text, as every label is. */
type FormOfText<T extends string> = T extends `${number}` ? ({} extends Record<T, 1> ? number : T) : T

/** Objects here, and texts in JSON. */
type Printed =
  | Date
  | Uint8Array
  | Interval
  | PgInterval
  | Range<unknown>
  | { readonly [Symbol.toStringTag]: `Temporal.${string}` }

type FormOfObject<T> = { [Key in keyof T]: JsonForm<T[Key]> }
