import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { OutdatedStatementError } from '../../errors/outdated-statement-error.ts'
import type { PostgresError } from '../../errors/postgres-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import { UsageError } from '../../errors/usage-error.ts'
import type { RowFunction } from '../../types/row-function.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import { writeCopyFail } from '../../wire/control-messages.ts'
import { type FieldDescription, readParameterDescription, readRowDescription } from '../../wire/descriptions.ts'
import { writeClosePortal, writeExecute, writeFlush, writeSync } from '../../wire/extended-query.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import { statementOutcome } from '../error-outcome.ts'
import { advance, type Exchange, type Failure, graver, refuseRow, type Transitions, unfinished } from '../exchange.ts'
import { isOutdated, mayBeOutdated } from '../outdated.ts'
import { redescribed } from '../redescribed.ts'
import type { ServerSession } from '../server-session.ts'
import { beforeExecution, openingTransitions, type OpeningState, writeOpening } from '../statement-opening.ts'
import type { Statement } from '../statement.ts'

type State = OpeningState | 'fetching' | 'suspended' | 'copying' | 'copied' | 'closing' | 'syncing' | 'done'

const transitions: Transitions<State> = {
  ...openingTransitions,
  fetching: {
    portalSuspended: 'suspended',
    commandComplete: 'closing',
    emptyQueryResponse: 'closing',
    copyInResponse: 'copying',
    copyOutResponse: 'copying',
  },
  copying: { copyData: 'copying', copyDone: 'copied' },
  copied: { commandComplete: 'closing' },
  // Until we ask for the next batch, or close.
  suspended: {},
  closing: { closeComplete: 'syncing' },
  syncing: { readyForQuery: 'done' },
  done: {},
}

/** Who reads a portal. */
export interface PortalReader {
  /** Up to as many rows as were asked for. */
  batch(rows: unknown[]): void
  /** The last frame was written: others may write again. Replies are still on their way. */
  written(): void
  /** Everything is over; undefined when nothing went wrong. */
  end(error: Error | undefined): void
}

/**
 * A portal read in batches, from Bind to the Sync after its Close.
 *
 * Between the batches stands a Flush and no Sync, so that it works outside a transaction too. Its owner holds the
 * session's turn until `written`.
 */
export class PortalExchange implements Exchange {
  next: Exchange | null = null
  /** It failed before anything was executed, because the statement had to be described anew. */
  outdated = false
  readonly #server: ServerSession
  #statement: Statement
  readonly #parameters: readonly unknown[]
  readonly #batchRows: number
  readonly #reader: PortalReader
  #state: State = 'binding'
  #decode: RowFunction
  #rows: unknown[] = []
  #rowsFetched = 0
  #synced = false
  #closing = false
  #failure: Failure | null = null

  constructor(
    server: ServerSession,
    statement: Statement,
    parameters: readonly unknown[],
    batchRows: number,
    reader: PortalReader,
  ) {
    this.#server = server
    this.#statement = statement
    this.#parameters = parameters
    this.#batchRows = batchRows
    this.#reader = reader
    this.#decode = statement.rowDecoder('object').rowFunction()
  }

  write(out: SendBuffer): void {
    this.#state = writeOpening(out, this.#server, this.#statement, this.#parameters)
    writeExecute(out, '', this.#batchRows)
    writeFlush(out)
  }

  /** The server waits for us: a batch has come, and nothing was asked since. */
  get suspended(): boolean {
    return this.#state === 'suspended'
  }

  /** A batch was asked for and is not here: whatever is cancelled now, it is not the commit behind it. */
  get fetching(): boolean {
    return !this.#closing && (this.#state === 'fetching' || beforeExecution(this.#state))
  }

  /** Asks for the next batch. */
  fetch(): void {
    if (this.#state !== 'suspended' || this.#closing) return
    this.#state = 'fetching'
    this.#server.session.append(this, (out) => {
      writeExecute(out, '', this.#batchRows)
      writeFlush(out)
    })
  }

  /** Closes the portal; a batch that is on its way is dropped. */
  close(): void {
    if (this.#closing || this.#synced || this.#state === 'done') return
    this.#closing = true
    if (this.#state === 'suspended') this.#state = 'closing'
    this.#rows = []
    this.#server.session.append(this, (out) => {
      writeClosePortal(out, '')
      writeSync(out)
    })
    this.#synced = true
    this.#reader.written()
  }

  row(bytes: Buffer, view: DataView, offset: number, end: number): void {
    if (this.#state !== 'fetching') refuseRow(this.#state)
    if (++this.#rowsFetched > this.#batchRows)
      throw new ProtocolError('The server sent more rows than it was asked for')
    if (this.#closing || this.#failure !== null) return
    try {
      this.#rows.push(this.#decode(bytes, view, offset, end))
    } catch (error) {
      const failure = this.#statement.rowDecoder('object').explain(bytes, view, offset, end, error)
      if (failure instanceof ProtocolError) throw failure
      this.#failure = failure
      this.close()
    }
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    this.#state = advance(transitions, this.#state, name)
    switch (name) {
      case 'parameterDescription':
        if (readParameterDescription(reader).length !== this.#parameters.length) {
          throw new ProtocolError('The server described other parameters than it was given')
        }
        break
      case 'rowDescription':
        this.#described(readRowDescription(reader))
        break
      case 'noData':
        this.#described([])
        break
      case 'portalSuspended':
        if (this.#rowsFetched !== this.#batchRows) throw new ProtocolError('The server stopped before a batch was full')
        if (this.#closing) this.#state = 'closing'
        this.#deliver()
        break
      case 'commandComplete':
      case 'emptyQueryResponse':
        this.#deliver()
        this.close()
        break
      case 'copyInResponse':
        this.#failure ??= new UsageError('COPY cannot be streamed as a query', 'rolled-back')
        this.#server.session.append(this, (out) => writeCopyFail(out, 'COPY FROM STDIN needs copyFrom'))
        break
      case 'copyOutResponse':
        this.#failure ??= new UsageError('COPY cannot be streamed as a query', 'applied')
        break
      default:
    }
  }

  error(error: PostgresError): void {
    if (this.#state === 'parsing') this.#server.prepared.forget(this.#statement)
    if (beforeExecution(this.#state)) this.#refused(error)
    else error.outcome = statementOutcome(error, this.#statement.sql, this.#state === 'syncing')
    this.#state = 'syncing'
    this.#failure = graver(this.#failure, error)
    if (this.#synced || error.fatal) return
    this.#server.session.append(this, writeSync)
    this.#synced = true
    this.#reader.written()
  }

  ready(): void {
    this.#state = advance(transitions, this.#state, 'readyForQuery')
    this.#reader.end(this.#failure ?? undefined)
  }

  fail(error: Error): void {
    this.#state = 'done'
    this.#rows = []
    if (mayBeOutdated(error)) this.#server.catalog.suspect(this.#statement)
    this.#reader.end(unfinished(this.#failure, error))
  }

  /** The error came before anything was executed: the description may be to blame. */
  #refused(error: PostgresError): void {
    const { catalog, prepared } = this.#server
    this.#failure = error
    this.outdated = isOutdated(error)
    if (this.outdated) {
      catalog.forget(this.#statement)
      prepared.evict(this.#statement)
    } else if (mayBeOutdated(error)) {
      catalog.suspect(this.#statement)
    }
  }

  #deliver(): void {
    const rows = this.#rows
    this.#rows = []
    this.#rowsFetched = 0
    const decoder = this.#statement.rowDecoder('object')
    if (!decoder.compiled) this.#decode = decoder.interpreted(rows.length)
    if (!this.#closing && this.#failure === null) this.#reader.batch(rows)
  }

  #described(fields: readonly FieldDescription[]): void {
    const current = redescribed(this.#server, this.#statement, fields)
    if (current === this.#statement) return
    if (current === null) {
      this.#failure = new OutdatedStatementError(this.#statement.sql)
      this.close()
      return
    }
    this.#statement = current
    this.#decode = current.rowDecoder('object').rowFunction()
  }
}
