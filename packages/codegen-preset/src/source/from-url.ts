import { Kysely } from 'kysely'
import { ConnectionStringParser } from 'kysely-codegen/dist/generator/connection-string-parser.js'
import { PgwireDialect } from 'kysely-pgwire'
import type { PgTypes } from 'kysely-pgwire/types'

import { OptionsError } from './options-error.ts'
import type { OpenSource, UrlSource } from './source.ts'

/** Opens nothing before the first query. What the connection string says of TLS means what it means to the application. */
export function fromUrl(source: UrlSource, types?: PgTypes): OpenSource {
  const connection = connectionStringOf(source)
  const dialect = new PgwireDialect({ connection, pool: { max: 1 }, ...(types === undefined ? {} : { types }) })
  const db = new Kysely<unknown>({ dialect })
  return { db, close: () => db.destroy() }
}

/** The connection string behind `env(NAME)`, found as kysely-codegen finds it; any other is taken as it is. */
export function connectionStringOf({ url, envFile }: UrlSource): string {
  if (!/^\s*[a-z]+\s*\(.*\)\s*$/s.test(url)) return url
  try {
    const file = envFile === undefined ? {} : { envFile }
    return new ConnectionStringParser().parse({ connectionString: url, dialect: 'postgres', ...file }).connectionString
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
