/** The server that all drivers are measured against: private, embedded, in a state that does not change between rounds. */
import pg from 'pg'

import { startPrivateServer } from '../support/test-server.ts'
import { pinProcesses, type Cores } from './pinning.ts'
import { schema, TRUSTED_USER } from './schema.ts'

export interface BenchServer extends AsyncDisposable {
  readonly url: string
  readonly version: string
  readonly postmasterPid: number | undefined
  /** A connection for what happens outside the measured windows. */
  readonly client: pg.Client
}

/** Nothing that wakes up by itself, and no compiling: the server's share of each query is the same every time. */
const settings = {
  jit: false,
  autovacuum: false,
  // 200 idle ones, while those of the driver before are still on their way out.
  max_connections: 500,
  shared_buffers: '256MB',
  max_wal_size: '4GB',
} as const

/** By TCP, as all drivers come: with a password, but for one user. */
const hba = [
  'local all all trust',
  `host all ${TRUSTED_USER} 127.0.0.1/32 trust`,
  'host all all 127.0.0.1/32 scram-sha-256',
]

export async function startBenchServer(cores: Cores | undefined): Promise<BenchServer> {
  const server = await startPrivateServer({ settings, hba })
  try {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    for (const statement of schema) await client.query(statement)
    if (cores !== undefined) {
      const backends = await client.query<{ pid: number }>('select pid from pg_stat_activity')
      pinProcesses(cores.server, [server.postmasterPid, ...backends.rows.map((row) => row.pid)])
    }
    const { rows } = await client.query<{ server_version: string }>('show server_version')
    return {
      url: server.url,
      client,
      postmasterPid: server.postmasterPid,
      version: rows[0]?.server_version ?? '',
      [Symbol.asyncDispose]: async () => {
        await client.end()
        await server.remove()
      },
    }
  } catch (error) {
    await server.remove()
    throw error
  }
}
