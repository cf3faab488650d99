/** pg on its best path: named prepared statements, one client per connection, or its Pool. */
import { pipeline } from 'node:stream/promises'

import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

import { writeCopyText } from '../copy-text.ts'
import { isAroundQueries, type Workload } from '../workload.ts'
import {
  openMany,
  spreadLanes,
  type BenchDriver,
  type BenchSession,
  type Borrowed,
  type Lane,
  type Row,
} from './bench-driver.ts'
import { installedVersion } from './installed-version.ts'

export const version: string = installedVersion('pg')

export const driver: BenchDriver = {
  version,
  async open(url: string, workload: Workload): Promise<BenchSession> {
    if (isAroundQueries(workload)) return openConnections(url, workload)
    if (workload.pooled) return openPool(url, workload, workload.connections)
    const clients = await openMany(workload.connections, () => connectClient(url, false))
    return {
      lanes: spreadLanes(clients, workload.inFlight, (client) => laneOf(client, workload)),
      rowsOf,
      close: () => endAll(clients),
    }
  },
}

export const rowsOf = (result: unknown): readonly Row[] => (result as pg.QueryResult<Row>).rows

function laneOf(client: pg.ClientBase, workload: Workload): Lane {
  const { verb, name, sql: text, row = [], rowsPerExecution = 0 } = workload
  switch (verb) {
    case 'executeMany':
      return () => insertAll(client, workload)
    case 'copy':
      return () => pipeline(writeCopyText(row, rowsPerExecution), client.query(copyFrom(text)))
    default:
      return (values) => client.query({ name, text, values: values as unknown[] })
  }
}

/** Connections as such: opened and closed, or taken from the pool and given back. */
function openConnections(url: string, workload: Workload): BenchSession {
  const { verb, connections, repeats = 1 } = workload
  if (verb === 'connect') {
    const borrow = async (): Promise<Borrowed> => {
      const client = await connectClient(url, false)
      return { query: laneOf(client, workload), giveBack: () => client.end() }
    }
    return { lanes: [], borrow, rowsOf, close: async () => {} }
  }
  const pool = new pg.Pool({ connectionString: url, max: connections, idleTimeoutMillis: 0 })
  return {
    lanes: [
      async () => {
        for (let pair = 0; pair < repeats; pair++) (await pool.connect()).release()
      },
    ],
    borrow: async () => {
      const client = await pool.connect()
      return { query: laneOf(client, workload), giveBack: () => client.release() }
    },
    rowsOf,
    close: () => endAll([pool]),
  }
}

export function openPool(url: string, { name, sql: text, inFlight }: Workload, max: number): BenchSession {
  const pool = new pg.Pool({ connectionString: url, max })
  return {
    lanes: spreadLanes([pool], inFlight, (pool) => (values) => pool.query({ name, text, values: values as unknown[] })),
    rowsOf,
    close: () => endAll([pool]),
  }
}

export async function connectClient(url: string, pipeline: boolean): Promise<pg.Client> {
  // The published types do not know the option yet.
  const options: pg.ClientConfig & { pipeline: boolean } = { connectionString: url, pipeline }
  const client = new pg.Client(options)
  await client.connect()
  return client
}

export async function endAll(ending: readonly { end(): Promise<void> }[]): Promise<void> {
  await Promise.all(ending.map((one) => one.end()))
}

/** pg has no executeMany: the inserts are queued in one transaction, which is what asyncpg's executemany amounts to. */
export async function insertAll(
  client: pg.ClientBase,
  { name, sql: text, row = [], rowsPerExecution }: Workload,
): Promise<void> {
  const inserts = Array.from({ length: rowsPerExecution ?? 0 }, () => client.query({ name, text, values: [...row] }))
  await Promise.all([client.query('begin'), ...inserts, client.query('commit')])
}
