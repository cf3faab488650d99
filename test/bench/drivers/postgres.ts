/** postgres.js on its best path: `unsafe` with `prepare`, which prepares once and skips building a template. */
import { pipeline } from 'node:stream/promises'

import postgres from 'postgres'

import { writeCopyText } from '../copy-text.ts'
import { isAroundQueries, type Workload } from '../workload.ts'
import type { BenchDriver, BenchSession, Borrowed, Lane, Row } from './bench-driver.ts'
import { installedVersion } from './installed-version.ts'

type Sql = ReturnType<typeof postgres>
type Parameters = postgres.ParameterOrJSON<never>[]

export const driver: BenchDriver = {
  version: installedVersion('postgres'),
  async open(url: string, workload: Workload): Promise<BenchSession> {
    if (isAroundQueries(workload)) return openConnections(url, workload)
    const sql = postgres(url, { max: workload.connections })
    return {
      lanes: Array.from({ length: workload.inFlight }, () => laneOf(sql, workload)),
      rowsOf,
      close: () => sql.end(),
    }
  },
}

const rowsOf = (result: unknown): readonly Row[] => result as readonly Row[]

/** Connections as such: opened and closed, or taken from the pool and given back. None opens before it is reserved. */
function openConnections(url: string, workload: Workload): BenchSession {
  const { verb, connections, repeats = 1 } = workload
  // With its question for array types on each connection: without it, one that is reserved first is never handed out.
  const open = (max: number): Sql => postgres(url, { max })
  if (verb === 'connect') {
    const borrow = async (): Promise<Borrowed> => {
      const sql = open(1)
      const reserved = await sql.reserve()
      const giveBack = (): Promise<void> => {
        // It waits for what is reserved, for ever.
        reserved.release()
        return sql.end()
      }
      return { query: laneOf(reserved, workload), giveBack }
    }
    return { lanes: [], borrow, rowsOf, close: async () => {} }
  }
  const sql = open(connections)
  return {
    lanes: [
      async () => {
        for (let pair = 0; pair < repeats; pair++) (await sql.reserve()).release()
      },
    ],
    borrow: async () => {
      const reserved = await sql.reserve()
      return { query: laneOf(reserved, workload), giveBack: () => reserved.release() }
    },
    rowsOf,
    close: () => sql.end(),
  }
}

function laneOf(sql: Sql, { verb, sql: text, row = [], rowsPerExecution = 0 }: Workload): Lane {
  switch (verb) {
    case 'copy':
      return async () => pipeline(writeCopyText(row, rowsPerExecution), await sql.unsafe(text).writable())
    case 'executeMany':
      return () =>
        sql.begin((transaction) =>
          Array.from({ length: rowsPerExecution }, () =>
            transaction.unsafe(text, [...row] as Parameters, { prepare: true }),
          ),
        )
    default:
      return (parameters) => sql.unsafe(text, parameters as Parameters, { prepare: true })
  }
}
