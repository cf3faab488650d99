import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { OutdatedStatementError } from '../../errors/outdated-statement-error.ts'
import type { PostgresError } from '../../errors/postgres-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import { UsageError } from '../../errors/usage-error.ts'
import type { RowDecoder } from '../../types/row-decoder.ts'
import type { RowFunction, RowMode } from '../../types/row-function.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import { readCommandTag } from '../../wire/command-tag.ts'
import { writeCopyFail } from '../../wire/control-messages.ts'
import { type FieldDescription, readParameterDescription, readRowDescription } from '../../wire/descriptions.ts'
import { writeExecuteAndSync, writeSync } from '../../wire/extended-query.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import type { TransactionStatus } from '../../wire/status-messages.ts'
import { statementOutcome } from '../error-outcome.ts'
import { advance, type Exchange, type Failure, graver, refuseRow, type Transitions, unfinished } from '../exchange.ts'
import { isOutdated, mayBeOutdated } from '../outdated.ts'
import { redescribed } from '../redescribed.ts'
import type { ServerSession } from '../server-session.ts'
import { beforeExecution, openingTransitions, type OpeningState, writeOpening } from '../statement-opening.ts'
import type { Column, Statement } from '../statement.ts'

/** What a statement gives. */
export interface QueryResult<Row = unknown> {
  readonly rows: Row[]
  /** Rows selected or changed, as the server counted them; null for commands that count none. */
  readonly rowCount: number | null
  /** The command as PostgreSQL names it: `SELECT`, `INSERT`, `CREATE TABLE`; empty for an empty query. */
  readonly command: string
  readonly columns: readonly Column[]
}

type State = OpeningState | 'fetching' | 'copying' | 'copied' | 'syncing' | 'done'

const transitions: Transitions<State> = {
  ...openingTransitions,
  fetching: {
    commandComplete: 'syncing',
    emptyQueryResponse: 'syncing',
    copyOutResponse: 'copying',
    copyInResponse: 'copying',
  },
  copying: { copyData: 'copying', copyDone: 'copied' },
  copied: { commandComplete: 'syncing' },
  // After an error the server skips to our Sync. The Sync itself can fail too, in a deferred constraint.
  syncing: { readyForQuery: 'done' },
  done: {},
}

/** One query of a caller, over all attempts to run it. */
export interface QueryRequest {
  readonly server: ServerSession
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly mode: RowMode
  readonly resolve: (result: QueryResult) => void
  readonly reject: (error: Error) => void
  /** What runs it now, or describes its statement; null while it waits for its turn. */
  exchange: Exchange | null
  /** The caller has given up: what was not sent must not be sent any more. */
  withdrawn: boolean
}

/** Bind, Execute, Sync of a described statement; with Parse and Describe in front where this connection has not prepared it. */
export class QueryExchange implements Exchange {
  next: Exchange | null = null
  readonly #request: QueryRequest
  /** How to start over; null for the second attempt. */
  readonly #startOver: ((request: QueryRequest) => void) | null
  #statement: Statement
  #state: State = 'binding'
  #decode: RowFunction
  /** The decoder while it interprets; null once there is nothing to gain from counting rows. */
  #decoder: RowDecoder | null = null
  #rows: unknown[] = []
  #command = ''
  #rowCount: number | null = null
  #failure: Failure | null = null
  /** The failure shows that the statement has to be described anew. */
  #outdated = false

  constructor(request: QueryRequest, statement: Statement, startOver: ((request: QueryRequest) => void) | null) {
    this.#request = request
    this.#statement = statement
    this.#startOver = startOver
    this.#decode = this.#useDecoder(statement)
  }

  /** Without a Parse among its frames, nothing remembers that it was written. */
  get retractable(): boolean {
    return this.#state === 'binding'
  }

  write(out: SendBuffer): void {
    const { server, parameters } = this.#request
    this.#state = writeOpening(out, server, this.#statement, parameters)
    writeExecuteAndSync(out)
  }

  row(bytes: Buffer, view: DataView, offset: number, end: number): void {
    if (this.#state !== 'fetching') refuseRow(this.#state)
    if (this.#failure !== null) return
    try {
      this.#rows.push(this.#decode(bytes, view, offset, end))
    } catch (error) {
      const failure = this.#statement.rowDecoder(this.#request.mode).explain(bytes, view, offset, end, error)
      if (failure instanceof ProtocolError) throw failure
      this.#failure = failure
      this.#rows = []
      return
    }
    if (this.#decoder !== null) this.#countInterpretedRow()
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    this.#state = advance(transitions, this.#state, name)
    switch (name) {
      case 'commandComplete': {
        const tag = readCommandTag(reader)
        this.#command = tag.command
        this.#rowCount = tag.rowCount
        break
      }
      case 'parameterDescription':
        if (readParameterDescription(reader).length !== this.#request.parameters.length) {
          throw new ProtocolError('The server described other parameters than it was given')
        }
        break
      case 'rowDescription':
        this.#described(readRowDescription(reader))
        break
      case 'noData':
        this.#described([])
        break
      case 'copyInResponse':
        this.#failure ??= new UsageError('COPY FROM STDIN cannot be run as a query', 'rolled-back')
        this.#request.server.session.append(this, (out) => {
          writeCopyFail(out, 'COPY FROM STDIN needs copyFrom')
          // The server took the Sync that is already there for a part of the COPY.
          writeSync(out)
        })
        break
      case 'copyOutResponse':
        this.#failure ??= new UsageError('COPY TO STDOUT cannot be run as a query', 'applied')
        break
      default:
    }
  }

  error(error: PostgresError): void {
    if (this.#state === 'parsing') this.#request.server.prepared.forget(this.#statement)
    if (!beforeExecution(this.#state)) {
      error.outcome = statementOutcome(error, this.#request.sql, this.#state === 'syncing')
    } else {
      this.#outdated = isOutdated(error)
      if (mayBeOutdated(error)) this.#request.server.catalog.suspect(this.#statement)
      this.#failure = error
    }
    this.#state = 'syncing'
    this.#failure = graver(this.#failure, error)
  }

  ready(status: TransactionStatus): void {
    this.#state = advance(transitions, this.#state, 'readyForQuery')
    if (this.#failure !== null) {
      if (this.#outdated) this.#renew(this.#failure, status)
      else this.#request.reject(this.#failure)
      return
    }
    this.#request.resolve({
      rows: this.#rows,
      rowCount: this.#rowCount,
      command: this.#command,
      columns: this.#statement.columns,
    })
  }

  fail(error: Error): void {
    this.#state = 'done'
    this.#rows = []
    if (mayBeOutdated(error)) this.#request.server.catalog.suspect(this.#statement)
    this.#request.reject(unfinished(this.#failure, error))
  }

  /** The server refused the statement before it executed anything. Outside a transaction it can be prepared and sent again. */
  #renew(error: Error, status: TransactionStatus): void {
    const { catalog, prepared } = this.#request.server
    catalog.forget(this.#statement)
    prepared.evict(this.#statement)
    if (this.#startOver === null || status !== 'I') this.#request.reject(error)
    else this.#startOver(this.#request)
  }

  /** The Describe that went with the Parse: rows are decoded by what the server says now, not by what it said once. */
  #described(fields: readonly FieldDescription[]): void {
    const current = redescribed(this.#request.server, this.#statement, fields)
    if (current === this.#statement) return
    if (current === null) {
      this.#failure = new OutdatedStatementError(this.#statement.sql)
      return
    }
    this.#statement = current
    this.#useDecoder(current)
  }

  #useDecoder(statement: Statement): RowFunction {
    const decoder = statement.rowDecoder(this.#request.mode)
    this.#decoder = decoder.compiled ? null : decoder
    return (this.#decode = decoder.rowFunction())
  }

  #countInterpretedRow(): void {
    if (this.#decoder === null) return
    this.#decode = this.#decoder.interpreted(1)
    if (this.#decoder.compiled) this.#decoder = null
  }
}
