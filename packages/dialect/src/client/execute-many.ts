import type { ConnectionSettings } from '../config/connection-settings.ts'
import type { QueryResult } from '../connection/exchanges/query.ts'
import { RowSource } from '../connection/row-source.ts'
import { abandonMany, type ManyRequest, sendMany } from '../connection/send-execute-many.ts'
import { serverOfCall } from '../connection/server-of-call.ts'
import type { ServerSession } from '../connection/server-session.ts'
import { SourceReading } from '../connection/source-reading.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { Meter } from '../telemetry/meter.ts'
import type { PgTypes } from '../types/profile/profile.ts'
import type { RowMode } from '../types/rows/row-function.ts'
import type { StatementOptions } from './call-options.ts'
import { sendAbortable } from './send-abortable.ts'

/** How to execute a statement for many rows. */
export interface ExecuteManyOptions extends StatementOptions {
  /**
   * `false`: each chunk is a transaction of its own, and waits for the one before. Then a failure leaves the chunks before it
   * applied, and its error says how many rows they are: `rowsApplied`. Default true: all or nothing.
   */
  readonly atomic?: boolean | undefined
  /** Rows in a chunk at most; it is full at 64 KiB in any case. Default 10,000. */
  readonly chunkRows?: number | undefined
  /** Whether to give the rows that the statement returns; otherwise they are dropped as they come. Default false. */
  readonly returning?: boolean | undefined
  /** Stops everything; nothing is applied, unless its commit is under way. */
  readonly signal?: AbortSignal | undefined
  /** For all rows together, with the time that their source takes; otherwise as `signal`. */
  readonly timeoutMs?: number | undefined
  /** `array`: returned rows as arrays in column order. Default `object`. */
  readonly rowMode?: RowMode | undefined
  /** Which JavaScript values stand for which PostgreSQL types. */
  readonly types?: PgTypes | undefined
}

/** Rows of parameters, each in the order of the statement's `$1`, `$2`, …. */
export type ParameterRows = Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>

const DEFAULT_CHUNK_ROWS = 10_000

export function runMany(
  server: ServerSession,
  settings: ConnectionSettings,
  sql: string,
  parameterRows: ParameterRows,
  options: ExecuteManyOptions | undefined,
  meter?: Meter,
): Promise<QueryResult> {
  const chunkRows = options?.chunkRows ?? DEFAULT_CHUNK_ROWS
  if (!Number.isInteger(chunkRows) || chunkRows < 1) {
    return Promise.reject(new UsageError('chunkRows must be a whole number from 1'))
  }
  return new Promise((resolve, reject) => {
    const reading = Symbol.asyncIterator in parameterRows ? new SourceReading(server.session) : undefined
    const rows = new RowSource(parameterRows, reading)
    const request: ManyRequest = {
      server: serverOfCall(server, options),
      sql,
      rows,
      chunkRows,
      atomic: options?.atomic ?? true,
      returning: options?.returning ?? false,
      mode: options?.rowMode ?? 'object',
      resolve: (result: QueryResult): void => {
        reading?.end()
        resolve(result)
      },
      reject: (error: Error): void => {
        reading?.end()
        rows.close()
        reject(error)
      },
      exchange: null,
      withdrawn: false,
      effect: 'not-sent',
      prepare: options?.prepare ?? true,
      meter,
    }
    sendAbortable(request, options, settings, sendMany, abandonMany)
  })
}
