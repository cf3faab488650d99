import { readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'

import { codeUnitOrder } from '../../catalog/code-unit-order.ts'
import { OptionsError } from '../options-error.ts'

/** What a folder of migrations has: modules for Kysely's `Migrator`, or else `.sql` files, in the order in which they are run. */
export interface MigrationFiles {
  readonly kind: 'modules' | 'sql'
  readonly files: readonly string[]
}

/** What Kysely's `FileMigrationProvider` takes for a migration. */
const MODULE = /\.(?:[mc]?js|(?<!\.d\.)[mc]?ts)$/

/**
 * Modules directly in the folder are Kysely's; `.sql` files beside them are theirs to read. Without any, all `.sql` files count, also
 * those in folders inside, but for the ones that undo another: `x.down.sql`.
 */
export async function migrationFiles(folder: string): Promise<MigrationFiles> {
  const names = await namesIn(folder)
  const modules = names.filter((name) => !name.includes('/') && MODULE.test(name))
  if (modules.length > 0) return { kind: 'modules', files: modules.map((name) => join(folder, name)) }
  const sql = names.filter((name) => name.endsWith('.sql') && !name.endsWith('.down.sql'))
  if (sql.length === 0) throw new OptionsError(`The folder ${folder} has no migrations: no modules and no .sql files`)
  return { kind: 'sql', files: sql.map((name) => join(folder, name)) }
}

/** By code units, with `/` between folders, so that every system has the same order. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder, { recursive: true })
    return names.map((name) => name.replaceAll(sep, '/')).sort(codeUnitOrder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'there is none' : code === 'ENOTDIR' ? 'it is a file' : String(code)
    throw new OptionsError(`Cannot read the folder of migrations ${folder}: ${reason}`, { cause: error })
  }
}
