import { readFile } from 'node:fs/promises'

import type { Connection } from 'kysely-pgwire'

import { SourceError } from '../source-error.ts'
import { reasonOf } from './reason-of.ts'

/**
 * Runs scripts one after the other, each as `psql --file` with one transaction would: its statements succeed together, unless it has
 * its own `begin` and `commit`. What a file says of the way back is left out.
 */
export async function runSqlFiles(connection: Connection, files: readonly string[]): Promise<void> {
  for (const file of files) {
    try {
      await connection.execute(wayUp(await readFile(file, 'utf8')))
    } catch (error) {
      throw new SourceError(`Migration ${file} failed: ${reasonOf(error)}`, { cause: error })
    }
  }
}

/** How dbmate, goose and node-pg-migrate begin the part of a file that undoes the rest. */
const WAY_BACK = /^[ \t]*--[ \t]*(?:migrate:down|\+goose down|down migration)\b/im

/** The part of a script that is run to migrate forwards, without a byte order mark. */
export function wayUp(script: string): string {
  const end = script.search(WAY_BACK)
  return (end < 0 ? script : script.slice(0, end)).replace(/^\uFEFF/, '')
}
