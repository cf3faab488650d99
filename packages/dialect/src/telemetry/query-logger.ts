import { errorSummary } from './error-summary.ts'
import { parametersOf } from './parameters-of.ts'
import { formatQueryLog, type QueryLogEntry } from './query-log.ts'
import { subscribeTelemetry } from './subscribe.ts'
import type { CopyTrace, QueryTrace } from './traces.ts'

/** What the logger needs of pino; other loggers that take an object and a message will do. */
export interface PinoLike {
  debug(entry: object, message: string): void
  warn(entry: object, message: string): void
  error(entry: object, message: string): void
}

/** How to log queries. */
export interface QueryLoggerOptions {
  /** From so many milliseconds on, a query is slow. Default: none is. */
  readonly slowMs?: number | undefined
  /** Only what is slow or has failed. Default false. */
  readonly slowOnly?: boolean | undefined
  /** Colours. Default: whether standard error is a terminal and `NO_COLOR` is not set. */
  readonly colours?: boolean | undefined
  /** The values of the parameters too. They are what users have entered: for development. Default false. */
  readonly values?: boolean | undefined
  /** Gets the entries instead of standard error. `formatQueryLog` makes a line of one. */
  readonly write?: ((entry: QueryLogEntry) => void) | undefined
  /** Gets them as objects with a message: failures at `error`, slow ones at `warn`, all others at `debug`. */
  readonly pino?: PinoLike | undefined
}

/**
 * Logs every query and COPY of the process when it is over, until the returned function is called: a line on standard error,
 * unless told otherwise. What `write` throws becomes a warning of the process.
 */
export function queryLogger(options: QueryLoggerOptions = {}): () => void {
  const write = writerOf(options)
  const log = (entry: QueryLogEntry): void => {
    if (options.slowOnly !== true || entry.slow || entry.error !== undefined) write(entry)
  }
  const ends = [
    subscribeTelemetry('pgwire:query', { asyncEnd: (trace) => log(entryOf(trace, trace.verb, options)) }),
    subscribeTelemetry('pgwire:copy', { asyncEnd: (trace) => log(entryOf(trace, 'copy', options)) }),
  ]
  return () => {
    for (const end of ends) end()
  }
}

function writerOf({ write, pino, colours }: QueryLoggerOptions): (entry: QueryLogEntry) => void {
  if (write !== undefined) return write
  if (pino !== undefined)
    return (entry) => pino[levelOf(entry)](entry, entry.error === undefined ? 'query' : 'query failed')
  const { stderr, env } = process
  const coloured = colours ?? (stderr.isTTY && (env['NO_COLOR'] ?? '') === '')
  return (entry) => void stderr.write(`${formatQueryLog(entry, { colours: coloured })}\n`)
}

function levelOf({ error, slow }: QueryLogEntry): keyof PinoLike {
  if (error !== undefined) return 'error'
  return slow ? 'warn' : 'debug'
}

function entryOf(
  trace: QueryTrace | CopyTrace,
  verb: QueryLogEntry['verb'],
  { slowMs = Number.POSITIVE_INFINITY, values = false }: QueryLoggerOptions,
): QueryLogEntry {
  const { sql, durationMs = 0, rowCount, bytesSent, bytesReceived, error, connection } = trace
  const query = 'verb' in trace ? trace : undefined
  const parameters = values && query !== undefined ? parametersOf(query) : undefined
  return {
    verb,
    sql,
    durationMs,
    slow: durationMs >= slowMs,
    rowCount,
    tag: query?.tag,
    bytesSent,
    bytesReceived,
    roundTrips: query?.roundTrips,
    statementCacheHit: query?.statementCacheHit,
    ...(parameters === undefined ? {} : { parameters }),
    error: error === undefined ? undefined : errorSummary(error),
    connection,
  }
}
