/** The types of rows inside of rows, and of the forms in them. Checked by `tsc` alone; never run. */
import type { Generated, Kysely } from 'kysely'
import { type JsonAs, type JsonForm, jsonArrayFrom, jsonBuildObject, jsonObjectFrom } from 'kysely-pgwire'
import type {
  AnonymousRecord,
  BoundedArray,
  Float,
  Infinite,
  Interval,
  Json,
  JsonInput,
  Multirange,
  Oid,
  PgArray,
  Point,
  Range,
  ServerText,
  Vector,
} from 'kysely-pgwire/types'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_Fact extends true>(): void {}

// Forms

declare const brand: unique symbol
type UserId = `${number}` & { readonly [brand]: 'users' }
type Slug = string & { readonly [brand]: 'slug' }

is<Equal<JsonForm<`${number}`>, number>>()
is<Equal<JsonForm<`${number}` | 'NaN' | 'Infinity' | null>, number | 'NaN' | 'Infinity' | null>>()
is<Equal<JsonForm<bigint | UserId>, number>>()
is<Equal<JsonForm<Slug>, Slug>>()
is<Equal<JsonForm<'1' | '2' | 'many'>, '1' | '2' | 'many'>>()
is<Equal<JsonForm<number | boolean | null | undefined>, number | boolean | null | undefined>>()
is<Equal<JsonForm<Float>, number | 'NaN' | 'Infinity' | '-Infinity'>>()
is<Equal<JsonForm<Date | Infinite>, string>>()
is<Equal<JsonForm<Oid[]>, string[]>>()
is<Equal<JsonForm<Uint8Array | Interval | Range<Oid> | Point>, string>>()
is<Equal<JsonForm<Multirange<Range<number>> | Vector>, string>>()
is<Equal<JsonForm<Range<number>[]>, string[]>>()
is<Equal<JsonForm<(Range<number> | null)[] | null>, (string | null)[] | null>>()
is<Equal<JsonForm<BoundedArray<Oid>>, PgArray<string>>>()
is<Equal<JsonForm<{ id: Oid | null; at: { point: Point } }>, { id: string | null; at: { point: string } }>>()
is<Equal<JsonForm<Record<string, string | null>>, Record<string, string | null>>>()
is<Equal<JsonForm<Json>, Json>>()
is<Equal<JsonForm<unknown>, Json>>()
is<Equal<JsonForm<ServerText>, Json>>()
is<Equal<JsonForm<AnonymousRecord>, { [key: string]: Json }>>()
is<Equal<JsonForm<JsonAs<Uint8Array, { hex: string }> | null>, { hex: string } | null>>()
// oxlint-disable-next-line typescript/no-explicit-any -- it stays one
is<Equal<JsonForm<any>, any>>()
is<Equal<JsonForm<never>, never>>()
is<Equal<JsonForm<JsonForm<{ a: `${number}`; b: Date; c: Float }>>, JsonForm<{ a: `${number}`; b: Date; c: Float }>>>()

export const nested: JsonForm<PgArray<Oid>> = [[['1', null]]]
// @ts-expect-error -- an oid is a text in JSON
export const numbers: JsonForm<PgArray<Oid>> = [[[1, null]]]

// Flavours ask nothing of whoever has plain values, and are those themselves.

export const plain: [Float, Oid, Infinite, Vector, Point] = [1.5, 7, Infinity, [1, 2], { x: 1, y: 2 }]
export const sum: number = plain[0] + plain[1]

export const inputs: readonly JsonInput[] = [{ a: undefined, b: [null, { c: null }] }, '{"a":1}', 1, true, [[]]]
// @ts-expect-error -- null is NULL
export const noInput: JsonInput = null
// @ts-expect-error -- a bigint is no JSON
export const bigint: JsonInput = { a: 1n }

// Rows

interface Shop {
  person: { id: Generated<`${number}`>; name: string; born: Date | Infinite; home: Point | null }
  pet: { id: Generated<number>; owner: `${number}`; weight: Float; kept: Range<string>; kind: 'cat' | 'dog' }
}

declare const db: Kysely<Shop>

export async function rows(): Promise<void> {
  const people = await db
    .selectFrom('person')
    .select((eb) => [
      'id',
      jsonArrayFrom(
        eb.selectFrom('pet').select(['pet.id', 'owner', 'weight', 'kept', 'kind']).whereRef('owner', '=', 'person.id'),
      ).as('pets'),
      jsonObjectFrom(eb.selectFrom('pet').select('weight').whereRef('owner', '=', 'person.id')).as('pet'),
      jsonBuildObject({ id: eb.ref('person.id'), born: eb.ref('born'), home: eb.ref('home') }).as('self'),
    ])
    .execute()
  type Weight = number | 'NaN' | 'Infinity' | '-Infinity'
  is<
    Equal<
      typeof people,
      {
        id: `${number}`
        pets: { id: number; owner: number; weight: Weight; kept: string; kind: 'cat' | 'dog' }[]
        pet: { weight: Weight } | null
        self: { id: number; born: string; home: string | null }
      }[]
    >
  >()

  // Rows in rows in rows
  const deep = await db
    .selectFrom('person')
    .select((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('pet')
          .select((inner) => [
            'pet.kept',
            jsonArrayFrom(inner.selectFrom('person').select(['person.id', 'born'])).as('owners'),
          ]),
      ).as('pets'),
    ])
    .execute()
  is<Equal<typeof deep, { pets: { kept: string; owners: { id: number; born: string }[] }[] }[]>>()
}
