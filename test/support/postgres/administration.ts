import { randomBytes } from 'node:crypto'

import pg from 'pg'

/** Where a server is and how its superuser gets in: plain data, which can be handed to another process. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
  /** Absent where the server cannot be reached by a unix socket. */
  readonly socketDirectory?: string
  readonly user: string
  readonly password: string
  readonly database: string
  readonly url: string
  readonly majorVersion: number
}

/** A database of a test's own, dropped by `drop` or at the end of an `await using` block. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string
  readonly url: string
  drop(): Promise<void>
}

/** A PostgreSQL server for tests, wherever it comes from. Its own functions go through `pg`, never through our driver. */
export interface TestServer extends ServerAddress {
  /** Runs one statement as superuser on a connection of its own and gives its rows. */
  query(sql: string, parameters?: readonly unknown[], database?: string): Promise<Record<string, unknown>[]>
  /** Makes an empty database. */
  createDatabase(): Promise<TestDatabase>
  /** The URL of another database, or of another user, on this server. */
  urlOf(parts: { readonly database?: string; readonly user?: string; readonly password?: string }): string
  /** Process ids of the client backends, oldest first; those of the asking connection are left out. */
  backends(database?: string): Promise<number[]>
  /** Ends backends as an administrator does (SQLSTATE 57P01); resolves when they are gone. */
  terminate(...pids: readonly number[]): Promise<void>
}

const GONE_WITHIN_MS = 10_000

/** Adds the administrator's functions to an address. */
export function testServer(address: ServerAddress): TestServer {
  async function query(sql: string, parameters: readonly unknown[] = [], database: string = address.database) {
    const { socketDirectory, host, port, user, password } = address
    const client = new pg.Client({ host: socketDirectory ?? host, port, user, password, database })
    // A server that is stopped on purpose ends idle connections with an error that nobody waits for.
    client.on('error', () => {})
    await client.connect()
    try {
      const result = await client.query<Record<string, unknown>>(sql, [...parameters])
      return result.rows
    } finally {
      await client.end()
    }
  }

  return {
    ...address,
    query,
    urlOf: (parts) => connectionUrl({ ...address, ...parts }),
    createDatabase: async () => {
      const name = `test_${randomBytes(6).toString('hex')}`
      await query(`create database ${name} template template0`)
      const drop = async () => void (await query(`drop database if exists ${name} with (force)`))
      return { name, url: connectionUrl({ ...address, database: name }), drop, [Symbol.asyncDispose]: drop }
    },
    backends: async (database) => {
      const rows = await query(
        `select pid from pg_stat_activity
          where backend_type = 'client backend' and pid <> pg_backend_pid() and datname = coalesce($1, datname)
          order by backend_start, pid`,
        [database ?? null],
      )
      return rows.map((row) => Number(row['pid']))
    },
    terminate: async (...pids) => {
      await query('select pg_terminate_backend(pid, $2) from unnest($1::int[]) pid', [pids, GONE_WITHIN_MS])
    },
  }
}

export function connectionUrl(parts: Pick<ServerAddress, 'host' | 'port' | 'user' | 'password' | 'database'>): string {
  const { host, port, user, password, database } = parts
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
  return `postgres://${login}@${host.includes(':') ? `[${host}]` : host}:${port}/${encodeURIComponent(database)}`
}
