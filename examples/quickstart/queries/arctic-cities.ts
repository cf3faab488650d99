import type { Kysely } from 'kysely'

import type { DB } from '../database-types.generated.ts'

const ARCTIC_CIRCLE = 66.5636

/** A condition inside a jsonb column, which comes back as the object that went in. */
export function arcticCities(db: Kysely<DB>) {
  return db
    .selectFrom('cities')
    .select(['name', 'country_code', 'population', 'location'])
    .where((eb) => eb(eb.cast<number>(eb.ref('location', '->').key('coordinates').at(1), 'float8'), '>', ARCTIC_CIRCLE))
    .orderBy('population', 'desc')
    .limit(5)
}
