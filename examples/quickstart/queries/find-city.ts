import type { Kysely } from 'kysely'

import type { DB } from '../database-types.generated.ts'

/** One row by its primary key. */
export function findCity(db: Kysely<DB>, id: number) {
  return db
    .selectFrom('cities')
    .select(['id', 'country_code', 'name', 'kind', 'population', 'location'])
    .where('id', '=', id)
}
