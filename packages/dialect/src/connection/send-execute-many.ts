import type { SendBuffer } from '../bytes/send-buffer.ts'
import { placeError } from '../errors/batch-position.ts'
import type { Outcome } from '../errors/outcome.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { Meter } from '../telemetry/meter.ts'
import type { RowMode } from '../types/rows/row-function.ts'
import { writeFlush } from '../wire/extended-query.ts'
import { describeStatement } from './describe-statement.ts'
import type { Exchange } from './exchange.ts'
import {
  ExecuteManyExchange,
  type ManyExecution,
  type ManySettlement,
  type RowFeeder,
} from './exchanges/execute-many.ts'
import type { QueryResult } from './exchanges/query.ts'
import { isCopy } from './is-copy.ts'
import { lookUpTypes, typesChanged } from './look-up-types.ts'
import type { RowSource, RowStep } from './row-source.ts'
import type { ServerSession } from './server-session.ts'
import type { Turn } from './session.ts'
import { takeTurn } from './take-turn.ts'
import { Watchers } from './watchers.ts'

/** A chunk is full at this size; the server gets it in one write. */
const CHUNK_BYTES = 65_536

/** Sent before the server has understood the first row, and so kept to be sent again; behind it, its answer is waited for. */
const MAX_REPEATED_BYTES = 1_048_576

/** One `executeMany` of a caller, over all attempts to run it. */
export interface ManyRequest {
  readonly server: ServerSession
  readonly sql: string
  readonly rows: RowSource
  /** Rows in a chunk at most. */
  readonly chunkRows: number
  /** One Sync behind all rows, or one behind each chunk. */
  readonly atomic: boolean
  readonly returning: boolean
  readonly mode: RowMode
  readonly resolve: (result: QueryResult) => void
  readonly reject: (error: Error) => void
  exchange: Exchange | null
  withdrawn: boolean
  /** What is known of its effect, should it be given up now; absent, it is `not-sent`. */
  effect?: Outcome
  /** `false`: the statement is described anew, and neither named nor kept. */
  readonly prepare?: boolean
  /** Counts what it costs, while somebody wants to know. */
  readonly meter?: Meter | undefined
}

/**
 * Sends the rows of an `executeMany` as they come, in order with everything else on the session. A first row that is
 * promised may take its time: until it is there, nobody has to wait with us.
 */
export function sendMany(request: ManyRequest): void {
  const begin = (first: RowStep): void => {
    request.rows.rewind()
    if (request.withdrawn) return
    if (first.done === true) {
      request.resolve({ rows: [], rowCount: 0, command: '', columns: [] })
      return
    }
    request.rows.feed((error) => {
      request.withdrawn = true
      request.reject(error)
    })
    takeTurn(request, (turn) => run(request, turn))
  }
  try {
    const first = request.rows.next()
    if ('then' in first) first.then(begin).catch(request.reject)
    else begin(first)
  } catch (error) {
    request.reject(error as Error)
  }
}

/** Ends what was begun when the caller has given up. */
export function abandonMany({ exchange }: ManyRequest, reason: unknown): void {
  if (exchange instanceof ExecuteManyExchange) exchange.abandon(reason)
}

async function run(request: ManyRequest, turn: Turn): Promise<void> {
  const { server, sql, rows, prepare } = request
  let statement = await describeStatement(server, turn, sql, prepare)
  let repeatable = true
  let total: QueryResult | null = null
  let rowsApplied = 0
  for (let step = await rows.next(); step.done !== true && !request.withdrawn; step = await rows.next()) {
    if (isCopy(statement)) throw new UsageError('COPY cannot be run as a query')
    const feeder = new ChunkFeeder(request, step)
    request.effect = 'unknown'
    const execution = { ...request, statement, firstRow: rowsApplied, repeatable }
    const settlement = await feeder.run(turn, execution)
    if (settlement.kind === 'stale' || settlement.kind === 'doubtful') {
      if (settlement.kind === 'doubtful' && !(await changed(request, turn, settlement))) throw settlement.error
      // The rows that it waits for belong to the second attempt.
      await feeder.ended
      rows.rewind()
      repeatable = false
      statement = await describeStatement(server, turn, sql, prepare)
      continue
    }
    if (settlement.kind === 'failed') {
      const partial = rowsApplied > 0 && server.session.status === 'I'
      throw partial ? placeError(settlement.error, { rowsApplied }) : settlement.error
    }
    repeatable = false
    rowsApplied += feeder.rowsWritten
    const result = settlement.kind === 'late' ? await readLate(server, turn, settlement) : settlement.result
    total = total === null ? result : joined(total, result)
  }
  turn.end()
  if (total !== null) request.resolve(total)
}

function changed(
  { server }: ManyRequest,
  turn: Turn,
  { outdated, oids }: Extract<ManySettlement, { kind: 'doubtful' }>,
): Promise<boolean> {
  return typesChanged(server, turn, outdated.generation, oids)
}

async function readLate(
  server: ServerSession,
  turn: Turn,
  { undecoded, result }: Extract<ManySettlement, { kind: 'late' }>,
): Promise<QueryResult> {
  const { rows } = result
  for (let missing = undecoded.read(rows); missing.length > 0; missing = undecoded.read(rows)) {
    await lookUpTypes(server, turn, missing).catch((error: unknown) => {
      throw undecoded.unreadable(error)
    })
  }
  return { ...result, columns: undecoded.statement.columns }
}

function joined(total: QueryResult, result: QueryResult): QueryResult {
  for (const row of result.rows) total.rows.push(row)
  return { ...result, rows: total.rows, rowCount: (total.rowCount ?? 0) + (result.rowCount ?? 0) }
}

/** Feeds one exchange: all rows, or with a Sync for each chunk those of one chunk. */
class ChunkFeeder implements RowFeeder {
  readonly #request: ManyRequest
  rowsWritten = 0
  /** Resolves once nothing is awaited from the source any more. */
  ended: Promise<void> = Promise.resolve()
  #step: RowStep
  #pending: Promise<RowStep> | null = null
  /** Since the last pause. */
  #chunkRows = 0
  #chunkBytes = 0
  #bytes = 0
  #bound = false
  readonly #watchers = new Watchers()
  #settled: (settlement: ManySettlement) => void = () => {}

  constructor(request: ManyRequest, first: RowStep) {
    this.#request = request
    this.#step = first
  }

  run(turn: Turn, execution: ManyExecution): Promise<ManySettlement> {
    return new Promise((resolve) => {
      this.#settled = resolve
      const exchange = new ExecuteManyExchange(execution, this)
      turn.send(exchange)
      this.ended = this.#feed(exchange)
    })
  }

  start(exchange: ExecuteManyExchange, out: SendBuffer): void {
    this.#fill(exchange, out)
  }

  bound(): void {
    this.#bound = true
    this.#request.rows.keepNoMore()
    this.#watchers.check()
  }

  stop(): void {
    this.#bound = true
    this.#watchers.check()
  }

  settle(settlement: ManySettlement): void {
    this.#settled(settlement)
  }

  async #feed(exchange: ExecuteManyExchange): Promise<void> {
    const { server, rows } = this.#request
    try {
      while (exchange.open) {
        if (this.#full) await this.#pause()
        const step = await (this.#pending ?? rows.next())
        if (!exchange.open) return
        this.#pending = null
        this.#step = step
        server.session.append(exchange, (out) => this.#fill(exchange, out))
      }
    } catch (error) {
      exchange.abandon(error)
    }
  }

  /** Writes rows until the chunk is full, or the next one is not there yet. */
  #fill(exchange: ExecuteManyExchange, out: SendBuffer): void {
    const { rows, atomic } = this.#request
    for (let step = this.#step; ;) {
      if (step.done === true) {
        exchange.writeEnd(out)
        return
      }
      const mark = out.length
      exchange.writeRow(out, step.value)
      this.rowsWritten++
      this.#chunkRows++
      this.#chunkBytes += out.length - mark
      if (this.#full) {
        if (atomic) writeFlush(out)
        else exchange.writeEnd(out)
        return
      }
      const next = rows.next()
      // The source may have given everything up.
      if (!exchange.open) return
      if ('then' in next) {
        this.#pending = next
        return
      }
      step = next
    }
  }

  get #full(): boolean {
    return this.#chunkRows >= this.#request.chunkRows || this.#chunkBytes >= CHUNK_BYTES
  }

  /** Lets replies in, and the socket drain: the server stops reading when nobody reads what it says. */
  async #pause(): Promise<void> {
    this.#bytes += this.#chunkBytes
    this.#chunkRows = 0
    this.#chunkBytes = 0
    await new Promise<void>((resolve) => void setImmediate(resolve))
    await this.#request.server.session.whenUncongested()
    if (this.#bytes > MAX_REPEATED_BYTES) await this.#watchers.when(() => this.#bound)
  }
}
