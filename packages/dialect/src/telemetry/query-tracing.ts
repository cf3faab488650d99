import { queryChannel } from './channels.ts'
import { Meter } from './meter.ts'
import { noteParameters } from './parameters-of.ts'
import { withComment } from './sql-comment.ts'
import type { Begun, Noting } from './trace-channel.ts'
import type { QueryTrace, QueryVerb, TracedConnection } from './traces.ts'

/** A call that executes statements, as it was asked for. */
export interface TracedCall {
  readonly verb: QueryVerb
  readonly sql: string
  readonly connection: TracedConnection
  readonly batchSize?: number | undefined
  readonly parameters?: readonly unknown[] | undefined
  readonly tag?: string | undefined
  /** Each text of it would be kept as a statement of its own. */
  readonly prepared: boolean
}

/** What is known of a call that has succeeded. */
export interface CallResult {
  readonly command: string | undefined
  readonly rowCount: number | null | undefined
}

/** What runs a call: with the SQL to be sent, and what counts its costs. */
export type RunCall<Result> = (sql: string, meter: Meter) => Promise<Result>

/** Runs a call and traces it. Ask the channel first whether anybody wants to know. */
export function traceQuery<Result>(
  call: TracedCall,
  run: RunCall<Result>,
  resultOf: (result: Result) => CallResult,
): Promise<Result> {
  const trace = newTrace(call)
  const meter = new Meter()
  return queryChannel.call(
    trace,
    () => run(commented(call, trace), meter),
    (settled) => note(trace, meter, settled === undefined ? NOTHING : resultOf(settled)),
  )
}

/** A stream that is traced, from its first step to its end. */
export class StreamTracing {
  readonly meter: Meter = new Meter()
  /** The SQL to be sent. */
  readonly sql: string
  readonly #trace: Noting<QueryTrace>
  readonly #begun: Begun
  #rows = 0

  constructor(call: TracedCall) {
    this.#trace = newTrace(call)
    this.#begun = queryChannel.begin(this.#trace)
    this.sql = commented(call, this.#trace)
  }

  batch(rows: number): void {
    this.#rows += rows
  }

  succeed(): void {
    this.#note(this.#rows)
    this.#begun.succeed()
  }

  fail(error: unknown): void {
    this.#note(undefined)
    this.#begun.fail(error)
  }

  #note(rowCount: number | undefined): void {
    // What comes behind its end is nobody's business any more.
    if (this.#trace.durationMs === undefined) note(this.#trace, this.meter, { command: undefined, rowCount })
  }
}

const NOTHING: CallResult = { command: undefined, rowCount: undefined }

function newTrace({ verb, sql, connection, batchSize, parameters, tag }: TracedCall): Noting<QueryTrace> {
  const trace: QueryTrace = {
    verb,
    // Nobody but TypeScript has looked at it before.
    sql: typeof sql === 'string' ? sql : '',
    batchSize,
    parameterCount: parameters?.length ?? 0,
    tag,
    connection,
    comment: undefined,
    durationMs: undefined,
    command: undefined,
    rowCount: undefined,
    bytesSent: undefined,
    bytesReceived: undefined,
    roundTrips: undefined,
    statementCacheHit: undefined,
    error: undefined,
  }
  if (parameters !== undefined) noteParameters(trace, parameters)
  return trace
}

/** What a subscriber has set may be anything, and must not keep the statement from being sent. */
function commented({ sql, prepared }: TracedCall, { comment }: QueryTrace): string {
  return prepared || typeof comment !== 'object' || typeof sql !== 'string' ? sql : withComment(sql, comment ?? {})
}

function note(trace: Noting<QueryTrace>, meter: Meter, { command, rowCount }: CallResult): void {
  const { bytesSent, bytesReceived, roundTrips, parsed } = meter
  const statementCacheHit = parsed === undefined ? undefined : !parsed
  Object.assign(trace, { command, rowCount, bytesSent, bytesReceived, roundTrips, statementCacheHit })
}
