import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { placeError } from '../../errors/batch-position.ts'
import type { Outcome } from '../../errors/outcome.ts'
import type { PostgresError } from '../../errors/postgres-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import type { Meter } from '../../telemetry/meter.ts'
import type { RowMode } from '../../types/rows/row-function.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import { writeSync } from '../../wire/extended-query.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import type { TransactionStatus } from '../../wire/status-messages.ts'
import { batchOutcome } from '../error-outcome.ts'
import { type Exchange, refuseRow } from '../exchange.ts'
import type { ServerSession } from '../server-session.ts'
import type { Statement } from '../statement.ts'
import type { UndecodedRows } from '../undecoded-rows.ts'
import { QueryExchange, type QueryResult, type Recourse, type Whole } from './query.ts'

/** One statement of a batch, with its parameters. */
export interface BatchQuery {
  readonly sql: string
  readonly parameters?: readonly unknown[] | undefined
}

/** One batch of a caller, over all attempts to run it. */
export interface BatchRequest {
  readonly server: ServerSession
  readonly queries: readonly { readonly sql: string; readonly parameters: readonly unknown[] }[]
  readonly mode: RowMode
  readonly resolve: (results: QueryResult[]) => void
  readonly reject: (error: Error) => void
  /** What runs it now, or describes its statements; null while it waits for its turn. */
  exchange: Exchange | null
  /** The caller has given up: what was not sent must not be sent any more. */
  withdrawn: boolean
  /** What is known of its effect, should it be given up now; absent, it is `not-sent`. */
  effect?: Outcome
  /** `false`: the statements are described anew, and neither named nor kept. */
  readonly prepare?: boolean
  /** Counts what it costs, while somebody wants to know. */
  readonly meter?: Meter | undefined
}

/** The result of one query whose rows wait for a look-up of types. */
export interface LateRows {
  readonly index: number
  readonly undecoded: UndecodedRows
  readonly result: Omit<QueryResult, 'columns'>
}

/** What a batch can be helped with that its exchange cannot finish; nothing was executed in the first two cases. */
export interface BatchRecourse {
  readonly startOver?: (request: BatchRequest, statements: readonly Statement[]) => void
  readonly checkTypes?: (request: BatchRequest, outdated: Statement, oids: readonly number[], error: Error) => void
  readonly readLater: (request: BatchRequest, results: QueryResult[], late: readonly LateRows[]) => void
}

/** What became of one query at the end of the batch. */
interface Settlement {
  results: QueryResult[]
  late: LateRows[]
  failure: Error | null
  /** Set where the batch goes on elsewhere. */
  taken: (() => void) | null
}

/** What writing one query has changed on the connection; it did not happen if the server never gets to it. */
interface Opening {
  readonly closed: readonly string[]
  readonly parsed: boolean
}

const NOTHING: Opening = { closed: [], parsed: false }

/**
 * Several described statements under one Sync: one flight, one transaction where there is none.
 *
 * Each part is a query like any other, and its states are those of `query.ts`; what is different is that the next begins
 * where the last has ended. It is written whole or not at all, so that a value that cannot be encoded leaves nothing behind.
 */
export class BatchExchange implements Exchange, Whole {
  next: Exchange | null = null
  readonly #request: BatchRequest
  readonly #recourse: BatchRecourse
  readonly #statements: readonly Statement[]
  readonly #parts: QueryExchange[]
  readonly #openings: Opening[] = []
  readonly #settlement: Settlement = { results: [], late: [], failure: null, taken: null }
  /** The part whose answers are coming; behind the last one, the Sync's. */
  #current = 0
  #failed = false
  /** Frames are being made: what fails now is a value of the current part. */
  #writing = false
  /** Whether a failure is that of one part, and not of the Sync or the connection. */
  #placing = false

  constructor(request: BatchRequest, statements: readonly Statement[], recourse: BatchRecourse) {
    this.#request = request
    this.#recourse = recourse
    this.#statements = statements
    this.#parts = statements.map((statement, index) => this.#part(statement, index))
  }

  /** Without a Parse among its frames, nothing remembers that it was written. */
  get retractable(): boolean {
    return this.#openings.every(({ parsed }) => !parsed)
  }

  write(out: SendBuffer): void {
    const { prepared } = this.#request.server
    this.#writing = true
    try {
      for (const [index, part] of this.#parts.entries()) {
        this.#current = index
        const statement = this.#statements[index]!
        const closed = prepared.evicted
        const known = prepared.nameOf(statement) !== undefined
        if (!known && this.#parsedInFront(index)) {
          part.writeParsedPart(out, this)
          this.#openings.push(NOTHING)
          continue
        }
        part.writePart(out, this)
        this.#openings.push(known ? NOTHING : { closed, parsed: true })
      }
      writeSync(out)
      this.#writing = false
      this.#current = 0
    } catch (error) {
      this.#undo(0)
      throw error
    }
  }

  copyIn(refuse: (out: SendBuffer) => void): void {
    // With other parts behind it, the server has refused the next of them already, and reads the Sync as such.
    if (this.#current === this.#parts.length - 1) this.#request.server.session.append(this, refuse)
  }

  row(bytes: Buffer, view: DataView, offset: number, end: number): void {
    const part = this.#parts[this.#current]
    if (part === undefined || this.#failed) refuseRow('ending a batch')
    part.row(bytes, view, offset, end)
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    const part = this.#parts[this.#current]
    if (part === undefined || this.#failed) {
      throw new ProtocolError(`Unexpected ${name} message from the server while ending a batch`)
    }
    part.message(name, reader)
    if (name === 'commandComplete' || name === 'emptyQueryResponse') this.#current++
  }

  error(error: PostgresError): void {
    const complete = this.#current === this.#parts.length
    const index = Math.min(this.#current, this.#parts.length - 1)
    if (!this.#failed) this.#undo(index + 1)
    this.#failed = true
    this.#current = index
    this.#parts[index]!.error(error)
    const reached = this.#request.queries.slice(0, index + 1)
    error.outcome = batchOutcome(
      error,
      reached.map(({ sql }) => sql),
      complete,
    )
    this.#placing = !complete
  }

  ready(status: TransactionStatus): void {
    const settlement = this.#settlement
    if (this.#failed) this.#parts[this.#current]!.ready(status)
    else {
      if (this.#current < this.#parts.length) {
        throw new ProtocolError('Unexpected readyForQuery message from the server in the middle of a batch')
      }
      this.#placing = true
      for (const part of this.#parts) part.ready(status)
    }
    if (settlement.taken !== null) settlement.taken()
    else if (settlement.failure !== null) this.#request.reject(settlement.failure)
    else if (settlement.late.length > 0) this.#recourse.readLater(this.#request, settlement.results, settlement.late)
    else this.#request.resolve(settlement.results)
  }

  fail(error: Error): void {
    const index = Math.min(this.#current, this.#parts.length - 1)
    // Otherwise it is the connection that is lost, or what the server has refused before it was.
    this.#placing ||= this.#writing
    this.#parts[index]!.fail(error)
    const { taken, failure } = this.#settlement
    if (taken === null) this.#request.reject(failure ?? error)
    else taken()
  }

  /** Whether the part in front is the same statement, parsed without a name because none is kept. */
  #parsedInFront(index: number): boolean {
    const statement = this.#statements[index]!
    return index > 0 && this.#statements[index - 1] === statement
  }

  /** Takes back what was noted for the parts from `first` on: the server never saw them, or skips them. */
  #undo(first: number): void {
    const { prepared } = this.#request.server
    for (let index = first; index < this.#openings.length; index++) {
      const { closed, parsed } = this.#openings[index]!
      for (const name of closed) prepared.discard(name)
      if (parsed) prepared.forget(this.#statements[index]!)
    }
  }

  #part(statement: Statement, index: number): QueryExchange {
    const { server, queries, mode } = this.#request
    const settlement = this.#settlement
    const { startOver, checkTypes } = this.#recourse
    const request = {
      server,
      ...queries[index]!,
      mode,
      resolve: (result: QueryResult): void => {
        settlement.results[index] = result
      },
      reject: (error: Error): void => {
        settlement.failure ??= this.#placing ? placeError(error, { queryIndex: index }) : error
      },
      exchange: null,
      withdrawn: false,
    }
    const recourse: Recourse = {
      ...(startOver === undefined
        ? {}
        : { startOver: () => this.#take(() => startOver(this.#request, this.#statements)) }),
      ...(checkTypes === undefined
        ? {}
        : {
            checkTypes: (_request, outdated, oids, error) =>
              this.#take(() => checkTypes(this.#request, outdated, oids, placeError(error, { queryIndex: index }))),
          }),
      readLater: (_request, undecoded, result) => void settlement.late.push({ index, undecoded, result }),
    }
    return new QueryExchange(request, statement, recourse)
  }

  #take(goOn: () => void): void {
    this.#settlement.taken = goOn
  }
}
