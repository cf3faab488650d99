import type { SendBuffer } from '../../bytes/send-buffer.ts'
import type { PostgresError } from '../../errors/postgres-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import { UsageError } from '../../errors/usage-error.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import { writeCopyFail } from '../../wire/control-messages.ts'
import { readParameterDescription, readRowDescription } from '../../wire/descriptions.ts'
import { writeClosePortal, writeExecute, writeFlush, writeSync } from '../../wire/extended-query.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import { nextQuestion } from '../catalog-question.ts'
import type { CatalogKey } from '../catalog.ts'
import { statementOutcome } from '../error-outcome.ts'
import { advance, type Exchange, type Failure, graver, refuseRow, type Transitions, unfinished } from '../exchange.ts'
import { doubtfulTypes, forgetOutdated, isOutdated, mayBeOutdated } from '../outdated.ts'
import { adviseOnStatement } from '../pooler-advice.ts'
import type { ServerSession } from '../server-session.ts'
import { beforeExecution, openingTransitions, type OpeningState, writeOpening } from '../statement-opening.ts'
import type { Statement } from '../statement.ts'
import type { ReadFailure } from '../undecoded-rows.ts'
import { PortalLookUp } from './portal-look-up.ts'
import { PortalRows } from './portal-rows.ts'

type State =
  | OpeningState
  | 'fetching'
  | 'looking up'
  | 'suspended'
  | 'copying'
  | 'copied'
  | 'closing'
  | 'syncing'
  | 'done'

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
  // These messages are for the look-up.
  'looking up': {},
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
  /** It failed before anything was executed, and these types of its statement may be to blame for it. */
  doubtful: readonly number[] = []
  readonly #server: ServerSession
  readonly #rows: PortalRows
  readonly #parameters: readonly unknown[]
  readonly #batchRows: number
  readonly #reader: PortalReader
  #state: State = 'binding'
  /** The look-up that is under way for rows of this batch. */
  #lookUp: PortalLookUp | null = null
  /** The state behind the batch that has come. */
  #next: 'suspended' | 'closing' = 'suspended'
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
    this.#rows = new PortalRows(server, statement)
    this.#parameters = parameters
    this.#batchRows = batchRows
    this.#reader = reader
  }

  write(out: SendBuffer): void {
    this.#state = writeOpening(out, this.#server, this.statement, this.#parameters)
    writeExecute(out, '', this.#batchRows)
    writeFlush(out)
  }

  get statement(): Statement {
    return this.#rows.statement
  }

  /** The server waits for us: a batch has come, and nothing was asked since. */
  get suspended(): boolean {
    return this.#state === 'suspended'
  }

  /** A batch was asked for and is not here: whatever is cancelled now, it is not the commit behind it. */
  get fetching(): boolean {
    const state = this.#state
    return !this.#closing && (state === 'fetching' || state === 'looking up' || beforeExecution(state))
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
    this.#lookUp?.abandon()
    this.#rows.drop()
    this.#server.session.append(this, (out) => {
      writeClosePortal(out, '')
      writeSync(out)
    })
    this.#synced = true
    this.#reader.written()
  }

  row(bytes: Buffer, view: DataView, offset: number, end: number): void {
    if (this.#state !== 'fetching') {
      if (this.#lookUp === null) refuseRow(this.#state)
      this.#lookUp.row(bytes, view, offset, end)
      return
    }
    if (++this.#rowsFetched > this.#batchRows)
      throw new ProtocolError('The server sent more rows than it was asked for')
    if (this.#closing || this.#failure !== null) return
    const failure = this.#rows.add(bytes, view, offset, end)
    if (failure !== null) this.#unreadable(failure)
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    if (this.#lookUp !== null) {
      this.#lookUpMessage(this.#lookUp, name, reader)
      return
    }
    this.#state = advance(transitions, this.#state, name)
    switch (name) {
      case 'parameterDescription':
        if (readParameterDescription(reader).length !== this.#parameters.length) {
          throw new ProtocolError('The server described other parameters than it was given')
        }
        break
      case 'rowDescription':
        this.#rows.describe(readRowDescription(reader))
        break
      case 'noData':
        this.#rows.describe([])
        break
      case 'bindComplete': {
        const fields = this.#server.prepared.redescriptionOf(this.statement)
        if (fields !== undefined && !this.#rows.waiting) this.#rows.describe(fields)
        break
      }
      case 'portalSuspended':
        if (this.#rowsFetched !== this.#batchRows) throw new ProtocolError('The server stopped before a batch was full')
        this.#batchCame(this.#closing ? 'closing' : 'suspended')
        break
      case 'commandComplete':
      case 'emptyQueryResponse':
        this.#batchCame('closing')
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
    if (this.#lookUp === null) error.concern(this.statement.sql, this.statement.parameterCodecs)
    if (this.#state === 'parsing') this.#server.prepared.forget(this.statement)
    if (beforeExecution(this.#state)) this.#refused(error)
    else error.outcome = statementOutcome(error, this.statement.sql, this.#state === 'syncing')
    this.#state = 'syncing'
    this.#lookUp = null
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
    this.#rows.drop()
    const { catalog } = this.#server
    if (mayBeOutdated(error)) catalog.suspect(this.statement)
    this.doubtful = doubtfulTypes(catalog, this.statement, error)
    this.#reader.end(unfinished(this.#failure, error))
  }

  /** The error came before anything was executed: the description may be to blame. */
  #refused(error: PostgresError): void {
    const { catalog } = this.#server
    this.#failure = error
    this.outdated = isOutdated(error)
    if (this.outdated) adviseOnStatement(error)
    this.doubtful = doubtfulTypes(catalog, this.statement, error)
    if (this.outdated) {
      forgetOutdated(this.#server, this.statement, error)
    } else if (mayBeOutdated(error)) {
      catalog.suspect(this.statement)
    }
  }

  /** A batch is here. Should it have rows that cannot be decoded yet, the types are looked up before it is delivered. */
  #batchCame(next: 'suspended' | 'closing'): void {
    this.#next = next
    this.#state = next
    if (!this.#rows.waiting || this.#closing || this.#failure !== null) this.#deliver()
    else this.#readKept()
  }

  #readKept(): void {
    let missing: readonly CatalogKey[]
    try {
      missing = this.#rows.readKept()
    } catch (error) {
      this.#state = this.#next
      this.#unreadable(error as ReadFailure)
      return
    }
    if (missing.length > 0) {
      this.#state = 'looking up'
      const { catalog, session } = this.#server
      this.#lookUp = new PortalLookUp(catalog, nextQuestion(catalog, missing), (write) => session.append(this, write))
      this.#lookUp.start()
      return
    }
    this.#state = this.#next
    this.#deliver()
  }

  #lookUpMessage(lookUp: PortalLookUp, name: BackendMessageName, reader: FrameReader): void {
    lookUp.message(name, reader)
    if (!lookUp.done) return
    this.#lookUp = null
    if (this.#rows.waiting) this.#readKept()
    else this.#state = 'closing'
  }

  #unreadable(failure: ReadFailure): void {
    if (failure instanceof ProtocolError) throw failure
    // A pooler may have prepared it anew, and told nobody that its columns have changed.
    this.#server.catalog.suspect(this.statement)
    this.#failure = failure
    this.close()
  }

  #deliver(): void {
    const rows = this.#rows.take()
    this.#rowsFetched = 0
    if (!this.#closing && this.#failure === null) this.#reader.batch(rows)
    if (this.#next === 'closing') this.close()
  }
}
