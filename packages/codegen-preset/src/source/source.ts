/** Where the database comes from that is to be described. */
import type { PgTypes } from 'kysely-pgwire/types'

import type { AnyKysely } from '../catalog/query-runner.ts'
import { fromMigrations } from './from-migrations.ts'
import { fromUrl } from './from-url.ts'

export type Source = UrlSource | MigrationsSource | DatabaseSource

export interface UrlSource {
  /** A connection string, or `env(NAME)` for the variable that has one. */
  readonly url: string
  /** The file with variables for `env(NAME)`. Default `.env`, if there is one. */
  readonly envFile?: string | undefined
}

export interface MigrationsSource {
  /**
   * A folder of Kysely's migrations, or of `.sql` files if it has none of those. They are run on a database of their own, in memory,
   * for which `@electric-sql/pglite` has to be installed.
   */
  readonly migrations: string
}

export interface DatabaseSource {
  /** A Kysely instance of whatever dialect for PostgreSQL. It stays open. */
  readonly db: AnyKysely
}

/** A database that is there until it is closed. */
export interface OpenSource {
  readonly db: AnyKysely
  close(): Promise<void>
}

/** `types`: the profile to read data with; a catalog is text and does without. */
export async function openSource(source: Source, types?: PgTypes): Promise<OpenSource> {
  if ('db' in source) return { db: source.db, close: async () => {} }
  return 'migrations' in source ? fromMigrations(source) : fromUrl(source, types)
}
