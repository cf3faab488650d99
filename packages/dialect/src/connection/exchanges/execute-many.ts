import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { placeError } from '../../errors/batch-position.ts'
import { CodecError } from '../../errors/codec-error.ts'
import type { PostgresError } from '../../errors/postgres-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import { UsageError } from '../../errors/usage-error.ts'
import type { RowMode } from '../../types/rows/row-function.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import { writeExecute, writeParse, writeSync } from '../../wire/extended-query.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import type { TransactionStatus } from '../../wire/status-messages.ts'
import { writeBind } from '../bind.ts'
import { batchOutcome } from '../error-outcome.ts'
import { type Exchange, refuseRow } from '../exchange.ts'
import type { ServerSession } from '../server-session.ts'
import type { Statement } from '../statement.ts'
import type { UndecodedRows } from '../undecoded-rows.ts'
import { QueryExchange, type QueryResult, type Whole } from './query.ts'

/** What a failure is provoked with where rows were sent that must not be applied. The server's log shows it. */
const ABANDONMENT = 'abandon "executeMany: its rows are not complete"'

/** One statement that is executed for many rows. */
export interface ManyExecution {
  readonly server: ServerSession
  readonly statement: Statement
  readonly mode: RowMode
  /** Whether rows that the statement returns are wanted. */
  readonly returning: boolean
  /** How many rows of the source went before. */
  readonly firstRow: number
  /** Whether everything may be sent again if nothing was executed. */
  readonly repeatable: boolean
}

/** What became of it. Nothing was executed if it is `stale` or `doubtful`. */
export type ManySettlement =
  | { readonly kind: 'done'; readonly result: QueryResult }
  | { readonly kind: 'late'; readonly undecoded: UndecodedRows; readonly result: Omit<QueryResult, 'columns'> }
  | { readonly kind: 'stale' }
  | { readonly kind: 'doubtful'; readonly outdated: Statement; readonly oids: readonly number[]; readonly error: Error }
  | { readonly kind: 'failed'; readonly error: Error }

/** Who feeds it. */
export interface RowFeeder {
  /** Writes the first rows, which leave together or not at all. */
  start(exchange: ExecuteManyExchange, out: SendBuffer): void
  /** The server has understood the first row. */
  bound(): void
  /** No more rows are wanted. */
  stop(): void
  settle(settlement: ManySettlement): void
}

/**
 * Bind and Execute for each of many rows, and one Sync behind them all. Its owner holds the session's turn until it has
 * settled, and writes the rows as it gets them.
 *
 * The statement is a query like any other, whose states are those of `query.ts`, gone through once for each row.
 */
export class ExecuteManyExchange implements Exchange, Whole {
  next: Exchange | null = null
  readonly #execution: ManyExecution
  readonly #feeder: RowFeeder
  #query: QueryExchange | null = null
  /** As the server knows the statement. */
  #name = ''
  #closed: readonly string[] = []
  #rowsWritten = 0
  #rowsComplete = 0
  #rowCount = 0
  #writing = false
  #synced = false
  #failed = false
  #abandonment: { readonly error: unknown } | null = null
  #over = false

  constructor(execution: ManyExecution, feeder: RowFeeder) {
    this.#execution = execution
    this.#feeder = feeder
  }

  /** Takes more rows. */
  get open(): boolean {
    return !this.#synced && !this.#failed && !this.#over
  }

  /** It has taken rows, and waits for others. Until the first is done, nothing else is sent for long. */
  get fed(): boolean {
    return this.open && this.#rowsComplete > 0
  }

  write(out: SendBuffer): void {
    this.#writing = true
    this.#feeder.start(this, out)
    this.#writing = false
    if (this.#abandonment !== null) this.#writeAbandonment(out)
  }

  /** One row. What a value that cannot be encoded has written is taken back, and the error says which row it was. */
  writeRow(out: SendBuffer, parameters: readonly unknown[]): void {
    const { statement, firstRow } = this.#execution
    const mark = out.length
    try {
      if (!Array.isArray(parameters)) throw new UsageError('A row of parameters must be an array')
      if (this.#query === null) this.#writeFirst(out, parameters)
      else {
        writeBind(out, '', this.#name, statement, parameters)
        writeExecute(out, '', 0)
      }
      this.#rowsWritten++
    } catch (error) {
      out.truncate(mark)
      throw placeError(error as Error, { rowIndex: firstRow + this.#rowsWritten })
    }
  }

  /** The last row was written. */
  writeEnd(out: SendBuffer): void {
    writeSync(out)
    this.#synced = true
  }

  /** Ends what was begun, so that none of its rows is applied, and tells `error`. */
  abandon(error: unknown): void {
    if (!this.open) return
    this.#abandonment = { error }
    this.#synced = true
    // The source itself may do it, while its first rows are being written: then it is `write` that goes on.
    if (!this.#writing) this.#execution.server.session.append(this, (out) => this.#writeAbandonment(out))
  }

  #writeAbandonment(out: SendBuffer): void {
    writeParse(out, '', ABANDONMENT, [])
    writeSync(out)
    this.#feeder.stop()
  }

  copyIn(refuse: (out: SendBuffer) => void): void {
    this.#execution.server.session.append(this, refuse)
  }

  row(bytes: Buffer, view: DataView, offset: number, end: number): void {
    if (this.#query?.fetching !== true) refuseRow('executing for many rows')
    if (this.#execution.returning) this.#query.row(bytes, view, offset, end)
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    const query = this.#query
    if (query === null || this.#failed || this.#rowsComplete === this.#rowsWritten) {
      throw new ProtocolError(`Unexpected ${name} message from the server while executing for many rows`)
    }
    if (name === 'bindComplete' && this.#rowsComplete > 0) {
      query.executeAgain()
      return
    }
    query.message(name, reader)
    if (name === 'bindComplete') this.#feeder.bound()
    else if (name === 'commandComplete' || name === 'emptyQueryResponse') {
      this.#rowCount += query.rowCount ?? 0
      this.#rowsComplete++
    }
  }

  error(error: PostgresError): void {
    const { server, statement, firstRow } = this.#execution
    const behindRows = this.#rowsComplete === this.#rowsWritten
    if (this.#abandonment === null || !behindRows) {
      this.#abandonment = null
      this.#query?.error(error)
      error.outcome = batchOutcome(error, [statement.sql], behindRows)
      // Behind the rows there is only the Sync, and with it the commit.
      if (!behindRows) placeError(error, { rowIndex: firstRow + this.#rowsComplete })
    }
    this.#failed = true
    if (!this.#synced && !error.fatal) {
      this.#synced = true
      server.session.append(this, writeSync)
    }
    this.#feeder.stop()
  }

  ready(status: TransactionStatus): void {
    if (!this.#synced || (!this.#failed && this.#rowsComplete < this.#rowsWritten)) {
      throw new ProtocolError('Unexpected readyForQuery message from the server while executing for many rows')
    }
    this.#over = true
    if (this.#abandonment === null) this.#query?.ready(status)
    else this.#feeder.settle({ kind: 'failed', error: rolledBack(this.#abandonment.error) })
  }

  fail(error: Error): void {
    this.#over = true
    this.#feeder.stop()
    if (this.#writing) this.#undo()
    if (this.#abandonment !== null) {
      this.#feeder.settle({ kind: 'failed', error: rolledBack(this.#abandonment.error) })
    } else if (this.#query === null) this.#newQuery([]).fail(error)
    else this.#query.fail(error)
  }

  #writeFirst(out: SendBuffer, parameters: readonly unknown[]): void {
    const { server, statement } = this.#execution
    const closed = server.prepared.evicted
    const known = server.prepared.nameOf(statement)
    const query = this.#newQuery(parameters)
    query.writePart(out, this)
    this.#query = query
    this.#closed = known === undefined ? closed : []
    this.#name = server.prepared.nameOf(statement) ?? ''
    this.#parsed = known === undefined
  }

  #parsed = false

  /** Nothing was sent after all. */
  #undo(): void {
    const { server, statement } = this.#execution
    if (!this.#parsed) return
    server.prepared.forget(statement)
    for (const name of this.#closed) server.prepared.discard(name)
  }

  #newQuery(parameters: readonly unknown[]): QueryExchange {
    const { server, statement, mode, repeatable } = this.#execution
    const settle = (settlement: ManySettlement): void => this.#feeder.settle(settlement)
    const request = {
      server,
      sql: statement.sql,
      parameters,
      mode,
      resolve: (result: QueryResult) => settle({ kind: 'done', result: { ...result, rowCount: this.#rowCount } }),
      reject: (error: Error) => settle({ kind: 'failed', error }),
      exchange: null,
      withdrawn: false,
    }
    return new QueryExchange(request, statement, {
      ...(repeatable
        ? {
            startOver: () => settle({ kind: 'stale' }),
            checkTypes: (_request, outdated, oids, error) => settle({ kind: 'doubtful', outdated, oids, error }),
          }
        : {}),
      readLater: (_request, undecoded, result) =>
        settle({ kind: 'late', undecoded, result: { ...result, rowCount: this.#rowCount } }),
    })
  }
}

/** Of these rows none was sent or none is applied; an error of the caller's own is told as it is. */
function rolledBack(error: unknown): Error {
  if (error instanceof CodecError || error instanceof UsageError)
    return Object.assign(error, { outcome: 'rolled-back' })
  return error as Error
}
