import { type Kysely, sql } from 'kysely'

import type { DB } from '../database.ts'

/** Window functions: the largest cities of each continent, with their share of its population. */
export function largestPerContinent(db: Kysely<DB>) {
  return db
    .with('ranked', (ranked) =>
      ranked
        .selectFrom('cities')
        .innerJoin('countries', 'countries.code', 'cities.country_code')
        .select(({ fn, ref }) => [
          'countries.continent',
          'cities.name',
          'cities.population',
          fn
            .agg<string>('rank')
            .over((over) => over.partitionBy('countries.continent').orderBy('cities.population', 'desc'))
            .as('rank'),
          sql<string>`round(100.0 * ${ref('cities.population')} / nullif(${fn
            .sum('cities.population')
            .over((over) => over.partitionBy('countries.continent'))}, 0), 2)`.as('percent'),
        ]),
    )
    .selectFrom('ranked')
    .select(['continent', 'rank', 'name', 'population', 'percent'])
    .where('rank', '<=', '2')
    .where('population', '>', 0)
    .orderBy('continent')
    .orderBy('rank')
}
