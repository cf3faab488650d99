import { Kysely } from 'kysely'
import { connect, type ConnectionOptions, PgwireDialect } from 'kysely-pgwire'

import { migrationFiles } from './migrations/migration-files.ts'
import { runKyselyMigrations } from './migrations/run-kysely-migrations.ts'
import { runSqlFiles } from './migrations/run-sql-files.ts'
import { startPglite } from './pglite/start-pglite.ts'
import type { MigrationsSource, OpenSource } from './source.ts'

/** Runs a folder's migrations on an empty database in memory, which our own driver reaches through a socket. */
export async function fromMigrations({ migrations: folder }: MigrationsSource): Promise<OpenSource> {
  const { kind, files } = await migrationFiles(folder)
  const server = await startPglite(folder)
  try {
    if (kind === 'sql') {
      const connection = await connect(server.connection)
      try {
        await runSqlFiles(connection, files)
      } finally {
        await connection.close()
      }
    }
    const db = open(server.connection)
    const close = async (): Promise<void> => {
      await db.destroy()
      await server.close()
    }
    try {
      if (kind === 'modules') await runKyselyMigrations(db, folder)
    } catch (error) {
      await db.destroy()
      throw error
    }
    return { db, close }
  } catch (error) {
    await server.close()
    throw error
  }
}

/** PGlite has one session, and so the pool has one connection. */
function open(connection: ConnectionOptions): Kysely<unknown> {
  return new Kysely<unknown>({ dialect: new PgwireDialect({ connection, pool: { max: 1 } }) })
}
