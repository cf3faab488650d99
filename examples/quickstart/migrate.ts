import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Kysely } from 'kysely'
import { FileMigrationProvider, type MigrationResult, Migrator } from 'kysely/migration'

import type { DB } from './database-types.generated.ts'
import { SCHEMA } from './database.ts'

/** Runs the migrations that the database has not seen, all in one transaction. */
export async function migrateToLatest(db: Kysely<DB>): Promise<MigrationResult[]> {
  const provider = new FileMigrationProvider({
    fs,
    path,
    migrationFolder: path.join(import.meta.dirname, 'migrations'),
    import: (file) => import(pathToFileURL(file).href),
  })
  const migrator = new Migrator({ db, provider, migrationTableSchema: SCHEMA })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) throw new Error('A migration failed', { cause: error })
  return results
}
