/** pg on its best path: named prepared statements, one client per connection. */
import pg from 'pg'

import type { Workload } from '../workloads.ts'
import { openMany, spreadLanes, type BenchDriver, type BenchSession, type Row } from './bench-driver.ts'
import { installedVersion } from './installed-version.ts'

export const version: string = installedVersion('pg')

export const driver: BenchDriver = {
  version,
  async open(url: string, workload: Workload): Promise<BenchSession> {
    const { name, sql: text } = workload
    const clients = await openMany(workload.connections, () => connectClient(url, false))
    return {
      lanes:
        workload.verb === 'executeMany'
          ? clients.map((client) => () => insertAll(client, workload))
          : spreadLanes(
              clients,
              workload.inFlight,
              (client) => (values) => client.query({ name, text, values: values as unknown[] }),
            ),
      rowsOf,
      close: () => endAll(clients),
    }
  },
}

export const rowsOf = (result: unknown): readonly Row[] => (result as pg.QueryResult<Row>).rows

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
  client: pg.Client,
  { name, sql: text, row = [], rowsPerExecution }: Workload,
): Promise<void> {
  const inserts = Array.from({ length: rowsPerExecution ?? 0 }, () => client.query({ name, text, values: [...row] }))
  await Promise.all([client.query('begin'), ...inserts, client.query('commit')])
}
