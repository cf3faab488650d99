import type { ConnectionSettings } from '../config/connection-settings.ts'
import { MAX_PARAMETERS } from '../connection/bind.ts'
import type { QueryRequest, QueryResult } from '../connection/exchanges/query.ts'
import { sendQuery } from '../connection/send-query.ts'
import { serverOfCall } from '../connection/server-of-call.ts'
import type { ServerSession } from '../connection/server-session.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { Meter } from '../telemetry/meter.ts'
import type { PgTypes } from '../types/profile/profile.ts'
import type { RowMode } from '../types/rows/row-function.ts'
import type { StatementOptions } from './call-options.ts'
import type { ReplicaOptions } from './replica-options.ts'
import { sendAbortable } from './send-abortable.ts'

/** How to run one query. */
export interface QueryOptions extends StatementOptions, ReplicaOptions {
  /** `array`: rows as arrays in column order, which keeps columns of the same name apart. Default `object`. */
  readonly rowMode?: RowMode | undefined
  /**
   * Which JavaScript values stand for which PostgreSQL types in this query, instead of what the connection or its pool was
   * given. Make a profile once, with `definePgTypes`, and use it again: what is known of statements and of the database's
   * own types is kept for each profile, and with a new one for every query it is asked for again every time.
   */
  readonly types?: PgTypes | undefined
}

/** `parameters` is not the caller's own array: what they do to it while the query waits must not change what is sent. */
export function runQuery(
  server: ServerSession,
  settings: ConnectionSettings,
  sql: string,
  parameters: readonly unknown[],
  options: QueryOptions | undefined,
  meter?: Meter,
): Promise<QueryResult> {
  if (parameters.length > MAX_PARAMETERS) {
    return Promise.reject(
      new UsageError(`A statement takes at most ${MAX_PARAMETERS} parameters, and ${parameters.length} were given`),
    )
  }
  const mode = options?.rowMode ?? 'object'
  return new Promise((resolve, reject) => {
    const request: QueryRequest = {
      server: serverOfCall(server, options),
      sql,
      parameters,
      mode,
      resolve,
      reject,
      exchange: null,
      withdrawn: false,
      effect: 'not-sent',
      prepare: options?.prepare ?? true,
      meter,
    }
    sendAbortable(request, options, settings, sendQuery)
  })
}
