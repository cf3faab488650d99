import assert from 'node:assert/strict'

import type { Kysely } from 'kysely'

import type { DB } from '../database-types.generated.ts'
import { findCity } from '../queries/find-city.ts'

/** Asks for all the cities at once; the pool spreads the queries over its connections. */
export async function lookUpCities(db: Kysely<DB>, ids: readonly number[]): Promise<number> {
  const cities = await Promise.all(ids.map((id) => findCity(db, id).executeTakeFirstOrThrow()))
  assert.deepEqual(
    cities.map((city) => city.id),
    ids,
  )
  return cities.length
}
