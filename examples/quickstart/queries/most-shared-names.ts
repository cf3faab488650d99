import { type Kysely, sql } from 'kysely'

import type { DB } from '../database-types.generated.ts'

/** Arrays of PostgreSQL are arrays of JavaScript. */
export function mostSharedNames(db: Kysely<DB>) {
  return db
    .selectFrom('cities')
    .select((eb) => [
      'name',
      eb.fn.countAll<string>().as('cities'),
      sql<string[]>`array_agg(distinct ${eb.ref('country_code')})`.as('countries'),
    ])
    .groupBy('name')
    .orderBy(({ fn }) => fn.count('country_code').distinct(), 'desc')
    .orderBy('name')
    .limit(5)
}
