import type { Kysely } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'

import type { DB } from '../database-types.generated.ts'

/** Nested rows by JSON, in one round trip. */
export function countriesWithCities(db: Kysely<DB>) {
  return db
    .selectFrom('countries')
    .select((eb) => [
      'countries.name',
      eb.fn<number>('cardinality', ['countries.time_zones']).as('time_zones'),
      jsonArrayFrom(
        eb
          .selectFrom('cities')
          .select(['cities.name', 'cities.population'])
          .whereRef('cities.country_code', '=', 'countries.code')
          .orderBy('cities.population', 'desc')
          .limit(2),
      ).as('cities'),
    ])
    .orderBy('time_zones', 'desc')
    .orderBy('countries.name')
    .limit(5)
}
