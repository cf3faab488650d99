/**
 * Kysely's helpers for rows inside of rows, under the types that the server's JSON has for values of this driver. The SQL is
 * Kysely's.
 *
 * They want json as the driver parses it: under a profile with `json: 'string'` what they select is text.
 */
import type { Expression, RawBuilder, Simplify } from 'kysely'
import * as kysely from 'kysely/helpers/postgres'

import type { JsonForm } from '../types/json-form.ts'

/** A row as JSON: each column as {@link JsonForm} says. */
export type JsonRow<Row> = Simplify<{ [Column in keyof Row]: JsonForm<Row[Column]> }>

/**
 * The rows of a query, as an array in one column; empty without rows.
 *
 * ```ts
 * db.selectFrom('person').select((eb) => [
 *   'id',
 *   jsonArrayFrom(eb.selectFrom('pet').select(['name', 'born']).whereRef('pet.owner', '=', 'person.id')).as('pets'),
 * ])
 * ```
 */
export function jsonArrayFrom<Row>(query: Expression<Row>): RawBuilder<JsonRow<Row>[]> {
  return kysely.jsonArrayFrom(query) as RawBuilder<unknown> as RawBuilder<JsonRow<Row>[]>
}

/** The row of a query, as an object in one column; null without a row. More than one is an error of the server. */
export function jsonObjectFrom<Row>(query: Expression<Row>): RawBuilder<JsonRow<Row> | null> {
  return kysely.jsonObjectFrom(query) as RawBuilder<unknown> as RawBuilder<JsonRow<Row> | null>
}

/** Expressions by name, as an object in one column. */
export function jsonBuildObject<Parts extends Record<string, Expression<unknown>>>(
  parts: Parts,
): RawBuilder<JsonRow<{ [Name in keyof Parts]: Parts[Name] extends Expression<infer Value> ? Value : never }>> {
  return kysely.jsonBuildObject(parts) as RawBuilder<unknown> as ReturnType<typeof jsonBuildObject<Parts>>
}
