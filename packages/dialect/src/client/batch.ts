import type { ConnectionSettings } from '../config/connection-settings.ts'
import { MAX_PARAMETERS } from '../connection/bind.ts'
import type { BatchQuery, BatchRequest } from '../connection/exchanges/batch.ts'
import type { QueryResult } from '../connection/exchanges/query.ts'
import { sendBatch } from '../connection/send-batch.ts'
import { serverOfCall } from '../connection/server-of-call.ts'
import type { ServerSession } from '../connection/server-session.ts'
import { placeError } from '../errors/batch-position.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { Meter } from '../telemetry/meter.ts'
import type { PgTypes } from '../types/profile/profile.ts'
import type { RowMode } from '../types/rows/row-function.ts'
import type { StatementOptions } from './call-options.ts'
import type { ReplicaOptions } from './replica-options.ts'
import { sendAbortable } from './send-abortable.ts'

/** How to run a batch. */
export interface BatchOptions extends StatementOptions, ReplicaOptions {
  /** Stops the batch, and with it all of its queries; otherwise as for one query. */
  readonly signal?: AbortSignal | undefined
  /** For the batch as a whole; otherwise as for one query. */
  readonly timeoutMs?: number | undefined
  /** `array`: rows as arrays in column order. Default `object`. */
  readonly rowMode?: RowMode | undefined
  /** Which JavaScript values stand for which PostgreSQL types in these queries. */
  readonly types?: PgTypes | undefined
}

/** The results of a batch: one for each query, in order. */
export type BatchResults<Rows extends readonly unknown[]> = {
  -readonly [Index in keyof Rows]: QueryResult<Rows[Index]>
}

export function runBatch(
  server: ServerSession,
  settings: ConnectionSettings,
  queries: readonly BatchQuery[],
  options: BatchOptions | undefined,
  meter?: Meter,
): Promise<QueryResult[]> {
  return new Promise((resolve, reject) => {
    // Copies: what the caller does to the arrays while the batch waits must not change what is sent.
    const copies = queries.map(({ sql, parameters = [] }) => ({ sql, parameters: parameters.slice() }))
    const excessive = copies.findIndex(({ parameters }) => parameters.length > MAX_PARAMETERS)
    if (excessive !== -1) {
      throw placeError(new UsageError(`A statement takes at most ${MAX_PARAMETERS} parameters, and more were given`), {
        queryIndex: excessive,
      })
    }
    if (copies.length === 0) {
      resolve([])
      return
    }
    const request: BatchRequest = {
      server: serverOfCall(server, options),
      queries: copies,
      mode: options?.rowMode ?? 'object',
      resolve,
      reject,
      exchange: null,
      withdrawn: false,
      effect: 'not-sent',
      prepare: options?.prepare ?? true,
      meter,
    }
    sendAbortable(request, options, settings, sendBatch)
  })
}
