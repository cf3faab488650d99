/** postgres.js on its best path: `unsafe` with `prepare`, which prepares once and skips building a template. */
import { pipeline } from 'node:stream/promises'

import postgres from 'postgres'

import { writeCopyText } from '../copy-text.ts'
import type { Workload } from '../workload.ts'
import type { BenchDriver, BenchSession, Lane, Row } from './bench-driver.ts'
import { installedVersion } from './installed-version.ts'

type Sql = ReturnType<typeof postgres>
type Parameters = postgres.ParameterOrJSON<never>[]

export const driver: BenchDriver = {
  version: installedVersion('postgres'),
  async open(url: string, workload: Workload): Promise<BenchSession> {
    const sql = postgres(url, { max: workload.connections })
    return {
      lanes: Array.from({ length: workload.inFlight }, () => laneOf(sql, workload)),
      rowsOf: (result) => result as readonly Row[],
      close: () => sql.end(),
    }
  },
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
