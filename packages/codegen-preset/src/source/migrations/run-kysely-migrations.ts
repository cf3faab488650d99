import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import { pathToFileURL } from 'node:url'

import { FileMigrationProvider, Migrator } from 'kysely/migration'

import type { AnyKysely } from '../../catalog/query-runner.ts'
import { SourceError } from '../source-error.ts'
import { reasonOf } from './reason-of.ts'

/** Runs all migrations of the folder, in the order in which Kysely's `Migrator` has them. */
export async function runKyselyMigrations(db: AnyKysely, folder: string): Promise<void> {
  const fileOf = new Map<string, string>()
  const load = async (file: string): Promise<unknown> => {
    fileOf.set(path.parse(file).name, file)
    try {
      return await import(pathToFileURL(path.resolve(file)).href)
    } catch (error) {
      throw new SourceError(`Cannot load the migration ${file}: ${reasonOf(error)}`, { cause: error })
    }
  }
  const provider = new FileMigrationProvider({ fs, path, migrationFolder: folder, import: load })
  const { error, results } = await new Migrator({ db, provider }).migrateToLatest()
  if (error === undefined || error instanceof SourceError) {
    if (error !== undefined) throw error
    return
  }
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName
  const which =
    failed === undefined ? `The migrations in ${folder}` : `Migration ${failed} (${fileOf.get(failed) ?? ''})`
  throw new SourceError(`${which} failed: ${reasonOf(error)}`, { cause: error })
}
