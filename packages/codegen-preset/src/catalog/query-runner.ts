import { type Kysely, sql } from 'kysely'

/** Whatever runs a statement and gives its rows: a Kysely instance, a transaction, or a `db.connection()` of any dialect. */
// oxlint-disable-next-line typescript/no-explicit-any -- No type of tables is asked for, and `unknown` takes no other.
export type AnyKysely = Kysely<any>

/**
 * Runs a query whose only column, `json`, is the text of a JSON value, and gives that: what a driver makes of arrays, numbers
 * or booleans does not matter then.
 */
export async function readJson<Value>(db: AnyKysely, query: string): Promise<Value> {
  const { rows } = await sql.raw<{ readonly json: string }>(query).execute(db)
  return JSON.parse(rows[0]!.json) as Value
}
