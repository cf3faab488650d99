import type { Kysely } from 'kysely'

import type { DB } from '../database-types.generated.ts'

/** A join with columns of both tables. */
export function largestCities(db: Kysely<DB>) {
  return db
    .selectFrom('cities')
    .innerJoin('countries', 'countries.code', 'cities.country_code')
    .select(['cities.name', 'countries.name as country', 'countries.continent', 'cities.kind', 'cities.population'])
    .orderBy('cities.population', 'desc')
    .limit(5)
}
