import type { Kysely } from 'kysely'

import type { DB } from '../database-types.generated.ts'

/** Aggregates. PostgreSQL sums and counts in 64 bits, so they arrive as strings, which lose no digit. */
export function populationByContinent(db: Kysely<DB>) {
  return db
    .selectFrom('cities')
    .innerJoin('countries', 'countries.code', 'cities.country_code')
    .select(({ fn }) => [
      'countries.continent',
      fn.count<string>('countries.code').distinct().as('countries'),
      fn.countAll<string>().as('cities'),
      fn.countAll<string>().filterWhere('cities.population', '>=', 1_000_000).as('over_a_million'),
      fn.sum<string>('cities.population').as('population'),
    ])
    .groupBy('countries.continent')
    .orderBy('population', 'desc')
}
