import { Kysely } from 'kysely'
import { checkedDialect } from 'kysely-pgwire'

import { type DB, profile } from './database-types.generated.ts'

/** Everything that the quickstart creates is in this schema. */
export const SCHEMA = 'kysely_pgwire_quickstart'

/** Opens nothing yet: connections are made by the first queries, ten at most. */
export function openDatabase(url: string): Kysely<DB> {
  return new Kysely<DB>({
    dialect: checkedDialect(profile, { connection: withSearchPath(url, SCHEMA), pool: { max: 10 } }),
  })
}

/** Every setting of PostgreSQL can be a parameter of the URL. */
function withSearchPath(url: string, schema: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}search_path=${schema}`
}
