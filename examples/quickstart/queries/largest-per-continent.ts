import { type Kysely, sql } from 'kysely'

import type { DB } from '../database-types.generated.ts'

/** Window functions: the largest cities of each continent, with their share of its population. */
export function largestPerContinent(db: Kysely<DB>) {
  return db
    .with('ranked', (ranked) =>
      ranked
        .selectFrom('cities')
        .innerJoin('countries', 'countries.code', 'cities.country_code')
        .select(({ fn }) => [
          'countries.continent',
          'cities.name',
          'cities.population',
          fn
            .agg<string>('rank')
            .over((over) => over.partitionBy('countries.continent').orderBy('cities.population', 'desc'))
            .as('rank'),
          fn
            .sum<string>('cities.population')
            .over((over) => over.partitionBy('countries.continent'))
            .as('total'),
        ]),
    )
    .selectFrom('ranked')
    .select((eb) => [
      'continent',
      'rank',
      'name',
      'population',
      sql<string>`round(100.0 * ${eb.ref('population')} / ${eb.ref('total')}, 2)`.as('percent'),
    ])
    .where('rank', '<=', '2')
    .where('population', '>', 0)
    .orderBy('continent')
    .orderBy('rank')
}
