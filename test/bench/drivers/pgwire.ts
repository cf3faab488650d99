/** Our driver by itself: connections of one pool, which share what they learn of statements, or the pool itself. */
import { connect, type Connection, createPool, type Pool } from 'kysely-pgwire'

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

export const version: string = installedVersion('kysely-pgwire')

export const rowsOf = (result: unknown): readonly Row[] => (result as { readonly rows: readonly Row[] }).rows

export const driver: BenchDriver = {
  version,
  async open(url: string, workload: Workload): Promise<BenchSession> {
    if (isAroundQueries(workload)) return openConnections(url, workload)
    const { connections, pooled = false, inFlight, mix } = workload
    const pool = createPool({ connection: url, max: connections })
    const leases = pooled ? [] : await openMany(connections, () => pool.acquire())
    const executors: (Connection | Pool)[] = pooled ? [pool] : leases.map((lease) => lease.connection)
    return {
      lanes: spreadLanes(executors, inFlight, (executor) => laneOf(executor, workload)),
      ...(mix === undefined ? {} : { slow: (parameters) => pool.query(mix.slowSql, parameters) }),
      rowsOf,
      close: async () => {
        for (const lease of leases) lease.release()
        await pool.close()
      },
    }
  },
}

/** Connections as such: opened and closed, or taken from the pool and given back. */
function openConnections(url: string, { verb, sql, connections, repeats = 1 }: Workload): BenchSession {
  if (verb === 'connect') return { lanes: [], borrow: () => connectAlone(url, sql), rowsOf, close: async () => {} }
  const pool = createPool({ connection: url, max: connections })
  return {
    lanes: [
      async () => {
        for (let pair = 0; pair < repeats; pair++) (await pool.acquire()).release()
      },
    ],
    borrow: async () => {
      const lease = await pool.acquire()
      return { query: (parameters) => lease.connection.query(sql, parameters), giveBack: () => lease.release() }
    },
    rowsOf,
    close: () => pool.close(),
  }
}

async function connectAlone(url: string, sql: string): Promise<Borrowed> {
  const connection = await connect(url)
  return { query: (parameters) => connection.query(sql, parameters), giveBack: () => connection.close() }
}

function laneOf(
  executor: Connection | Pool,
  { verb, sql, columns, row = [], rowsPerExecution, table = '' }: Workload,
): Lane {
  const rows = Array.from({ length: rowsPerExecution ?? 0 }, () => row)
  switch (verb) {
    case 'executeMany':
      return () => executor.executeMany(sql, rows)
    case 'copy':
      return () => executor.copyFrom(table, rows, { columns: Object.keys(columns) })
    default:
      return (parameters) => executor.query(sql, parameters)
  }
}
