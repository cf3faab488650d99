import { type Kysely, type Selectable, sql } from 'kysely'

import type { DB, Import } from './database-types.generated.ts'
import type { City } from './geonames/cities.ts'
import { describeCountry } from './geonames/countries.ts'

/** Cities per INSERT: large enough that round trips do not matter, small enough that progress shows. */
const CITIES_PER_INSERT = 2_500

/** INSERTs on their way at the same time, each on a connection of the pool. */
const INSERTS_IN_FLIGHT = 4

export interface LoadOptions {
  readonly source: string
  /** Called with the number of cities that an INSERT has added. */
  readonly onInserted: (count: number) => void
  /** Stops the load between two INSERTs. */
  readonly signal: AbortSignal
}

/** Loads the cities and their countries. What it did is a row of `imports`. */
export async function load(db: Kysely<DB>, cities: readonly City[], options: LoadOptions): Promise<Selectable<Import>> {
  const { source, onInserted, signal } = options
  await insertCountries(db, new Set(cities.map((city) => city.country_code)))
  const { id } = await db.insertInto('imports').values({ source }).returning('id').executeTakeFirstOrThrow()

  // All workers take from the same generator; when one of them throws, it ends for the others, too.
  const chunks = chunksOf(cities, CITIES_PER_INSERT)
  const work = async (): Promise<void> => {
    for (const chunk of chunks) {
      signal.throwIfAborted()
      await insertCities(db, id, chunk)
      onInserted(chunk.length)
    }
  }
  // Not `Promise.all`, which would throw while other INSERTs are still on their way.
  const outcomes = await Promise.allSettled(Array.from({ length: INSERTS_IN_FLIGHT }, work))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason

  return db
    .updateTable('imports')
    .set({ finished_at: sql`clock_timestamp()`, city_count: cities.length })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function insertCountries(db: Kysely<DB>, codes: ReadonlySet<string>): Promise<void> {
  await db
    .insertInto('countries')
    .values([...codes].map(describeCountry))
    .execute()
}

/**
 * One array per column, so that a statement has seven parameters however many rows it inserts: PostgreSQL parses it once
 * per connection, and the limit of 65,535 parameters never comes near.
 */
async function insertCities(db: Kysely<DB>, importId: number, cities: readonly City[]): Promise<void> {
  await db
    .insertInto('cities')
    .columns(['import_id', 'id', 'country_code', 'name', 'kind', 'population', 'location'])
    .expression(
      sql`
        select ${importId}::integer, city.* from unnest(
          ${cities.map((city) => city.id)}::integer[],
          ${cities.map((city) => city.country_code)}::text[],
          ${cities.map((city) => city.name)}::text[],
          ${cities.map((city) => city.kind)}::place_kind[],
          ${cities.map((city) => city.population)}::integer[],
          ${cities.map((city) => city.location)}::jsonb[]
        ) as city`,
    )
    .execute()
}

function* chunksOf<T>(items: readonly T[], size: number): Generator<T[], void> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
