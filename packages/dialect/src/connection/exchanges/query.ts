import type { SendBuffer } from '../../bytes/send-buffer.ts'
import type { Outcome } from '../../errors/outcome.ts'
import { OutdatedStatementError } from '../../errors/outdated-statement-error.ts'
import type { PostgresError } from '../../errors/postgres-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import { UnresolvedTypeError } from '../../errors/unresolved-type-error.ts'
import { UsageError } from '../../errors/usage-error.ts'
import type { Meter } from '../../telemetry/meter.ts'
import type { RowDecoder } from '../../types/rows/row-decoder.ts'
import type { RowFunction, RowMode } from '../../types/rows/row-function.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import { readCommandTag } from '../../wire/command-tag.ts'
import { writeCopyFail } from '../../wire/control-messages.ts'
import { readParameterDescription, readRowDescription } from '../../wire/descriptions.ts'
import { writeExecute, writeExecuteAndSync, writeSync } from '../../wire/extended-query.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import type { TransactionStatus } from '../../wire/status-messages.ts'
import { writeBind } from '../bind.ts'
import { statementOutcome } from '../error-outcome.ts'
import { advance, type Exchange, type Failure, graver, refuseRow, type Transitions, unfinished } from '../exchange.ts'
import { doubtfulTypes, forgetOutdated, isOutdated, mayBeOutdated } from '../outdated.ts'
import { adviseOnStatement } from '../pooler-advice.ts'
import { dropsStatements } from '../prepared-statements.ts'
import { redescribed } from '../redescribed.ts'
import type { ServerSession } from '../server-session.ts'
import {
  beforeExecution,
  onlyBinds,
  openingTransitions,
  type OpeningState,
  writeOpening,
} from '../statement-opening.ts'
import type { Column, ResultField, Statement } from '../statement.ts'
import { UndecodedRows } from '../undecoded-rows.ts'

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

/** A statement that is executed many times under one Sync goes back to where it was bound. */
const repetition: Transitions<State> = {
  ...transitions,
  syncing: { bindComplete: 'fetching' },
}

/** What a query is a part of, where it does not travel by itself. */
export interface Whole {
  /** A part turned out to be COPY FROM STDIN: `refuse` writes what ends it, and a Sync. */
  copyIn(refuse: (out: SendBuffer) => void): void
}

function refuseCopyIn(out: SendBuffer): void {
  writeCopyFail(out, 'COPY FROM STDIN needs copyFrom')
  // The server took the Sync that is already there for a part of the COPY.
  writeSync(out)
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
  /** What is known of its effect, should it be given up now; absent, it is `not-sent`. */
  effect?: Outcome
  /** `false`: the statement is described anew, and neither named nor kept. */
  readonly prepare?: boolean
  /** Counts what it costs, while somebody wants to know. */
  readonly meter?: Meter | undefined
}

/** What a query can be helped with that its exchange cannot finish. */
export interface Recourse {
  /** Nothing was executed, and the statement has to be described anew. Absent for the second attempt. */
  readonly startOver?: (request: QueryRequest) => void
  /** Nothing was executed with `error`, for which outdated types may be to blame. Absent for the second attempt. */
  readonly checkTypes?: (request: QueryRequest, outdated: Statement, oids: readonly number[], error: Error) => void
  /** Everything has come, but some rows cannot be decoded before types have been looked up. */
  readonly readLater?: (request: QueryRequest, undecoded: UndecodedRows, result: Omit<QueryResult, 'columns'>) => void
}

/** Bind, Execute, Sync of a described statement; with Parse and Describe in front where this connection has not prepared it. */
export class QueryExchange implements Exchange {
  next: Exchange | null = null
  readonly #request: QueryRequest
  readonly #recourse: Recourse | null
  /** As it is bound. */
  readonly #executed: Statement
  /** As it describes the rows. */
  #statement: Statement
  #state: State = 'binding'
  #whole: Whole | null = null
  #decode: RowFunction
  /** The decoder while it interprets; null once there is nothing to gain from counting rows. */
  #decoder: RowDecoder | null = null
  #rows: unknown[] = []
  /** Rows that wait for a look-up of types. */
  #undecoded: UndecodedRows | null = null
  #command = ''
  #rowCount: number | null = null
  #failure: Failure | null = null
  /** The failure shows that the statement has to be described anew. */
  #outdated = false
  /** Types that the failure casts doubt on. */
  #doubtful: readonly number[] = []

  constructor(request: QueryRequest, statement: Statement, recourse: Recourse | null) {
    this.#request = request
    this.#executed = statement
    this.#statement = statement
    this.#recourse = recourse
    this.#decode = this.#useDecoder(statement.rowDecoder(request.mode))
  }

  /** Without a Parse among its frames, nothing remembers that it was written. */
  get retractable(): boolean {
    return onlyBinds(this.#state)
  }

  write(out: SendBuffer): void {
    const { server, parameters } = this.#request
    this.#state = writeOpening(out, server, this.#statement, parameters)
    writeExecuteAndSync(out)
  }

  /** Its frames as a part of `whole`, whose one Sync stands behind the last part. */
  writePart(out: SendBuffer, whole: Whole): void {
    const { server, parameters } = this.#request
    this.#whole = whole
    this.#state = writeOpening(out, server, this.#statement, parameters)
    writeExecute(out, '', 0)
  }

  /** As {@link writePart}, where the frame in front of it has just parsed the statement without a name. */
  writeParsedPart(out: SendBuffer, whole: Whole): void {
    this.#whole = whole
    if (this.#statement.leavesTraces) this.#request.server.session.changes.noteTraces()
    writeBind(out, '', '', this.#statement, this.#request.parameters)
    writeExecute(out, '', 0)
  }

  /** The statement was bound and executed once more, behind what it has done so far. */
  executeAgain(): void {
    this.#state = advance(repetition, this.#state, 'bindComplete')
  }

  get rowCount(): number | null {
    return this.#rowCount
  }

  /** The server is executing it, so that rows may come. */
  get fetching(): boolean {
    return this.#state === 'fetching'
  }

  row(bytes: Buffer, view: DataView, offset: number, end: number): void {
    if (this.#state !== 'fetching') refuseRow(this.#state)
    if (this.#failure !== null) return
    try {
      this.#rows.push(this.#decode(bytes, view, offset, end))
    } catch (error) {
      this.#undecodable(bytes, view, offset, end, error)
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
        if (tag.rowCount === null && dropsStatements(tag.command)) this.#request.server.prepared.clear()
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
      case 'bindComplete': {
        const fields = this.#request.server.prepared.redescriptionOf(this.#statement)
        if (fields !== undefined && this.#undecoded === null) this.#described(fields)
        break
      }
      case 'copyInResponse':
        this.#failure ??= new UsageError('COPY FROM STDIN cannot be run as a query', 'rolled-back')
        if (this.#whole === null) this.#request.server.session.append(this, refuseCopyIn)
        else this.#whole.copyIn(refuseCopyIn)
        break
      case 'copyOutResponse':
        this.#failure ??= new UsageError('COPY TO STDOUT cannot be run as a query', 'applied')
        break
      default:
    }
  }

  error(error: PostgresError): void {
    error.concern(this.#request.sql, this.#statement.parameterCodecs)
    if (this.#state === 'parsing') this.#request.server.prepared.forget(this.#statement)
    if (!beforeExecution(this.#state)) {
      error.outcome = statementOutcome(error, this.#request.sql, this.#state === 'syncing')
    } else {
      const { catalog } = this.#request.server
      this.#outdated = isOutdated(error)
      this.#doubtful = doubtfulTypes(catalog, this.#statement, error)
      if (mayBeOutdated(error)) catalog.suspect(this.#statement)
      this.#failure = error
    }
    this.#state = 'syncing'
    this.#failure = graver(this.#failure, error)
  }

  ready(status: TransactionStatus): void {
    this.#state = advance(transitions, this.#state, 'readyForQuery')
    const rows = this.#rows
    const rowCount = this.#rowCount
    const command = this.#command
    if (this.#failure !== null) this.#refused(this.#failure, status)
    else if (this.#undecoded === null) {
      this.#request.resolve({ rows, rowCount, command, columns: this.#statement.columns })
    } else this.#recourse?.readLater?.(this.#request, this.#undecoded, { rows, rowCount, command })
  }

  fail(error: Error): void {
    this.#state = 'done'
    this.#rows = []
    this.#undecoded = null
    const { catalog } = this.#request.server
    if (mayBeOutdated(error)) catalog.suspect(this.#statement)
    const doubtful = doubtfulTypes(catalog, this.#statement, error)
    if (doubtful.length > 0 && this.#recourse?.checkTypes !== undefined) {
      this.#recourse.checkTypes(this.#request, this.#statement, doubtful, error)
    } else this.#request.reject(unfinished(this.#failure, error))
  }

  /** Before it executed anything, the server may have refused what was outdated. Outside a transaction that is sent again. */
  #refused(error: Error, status: TransactionStatus): void {
    if (this.#outdated) forgetOutdated(this.#request.server, this.#statement, error)
    const { startOver, checkTypes } = this.#recourse ?? {}
    if (this.#outdated && status === 'I' && startOver !== undefined) startOver(this.#request)
    else if (this.#doubtful.length > 0 && status === 'I' && checkTypes !== undefined) {
      checkTypes(this.#request, this.#statement, this.#doubtful, error)
    } else {
      if (this.#outdated) adviseOnStatement(error)
      this.#request.reject(error)
    }
  }

  /** A row function has thrown. Where a look-up can help, this row and those behind it are kept as they are. */
  #undecodable(bytes: Buffer, view: DataView, offset: number, end: number, error: unknown): void {
    if (error instanceof UnresolvedTypeError && this.#recourse?.readLater !== undefined) {
      this.#keepRows(this.#statement.columns, this.#statement)
      this.#rows.push(this.#decode(bytes, view, offset, end))
      return
    }
    const decoder = this.#statement.rowDecoderFor(this.#executed, this.#request.mode)
    const failure = decoder!.explain(bytes, view, offset, end, error)
    if (failure instanceof ProtocolError) throw failure
    // A pooler may have prepared it anew, and told nobody that its columns have changed.
    this.#request.server.catalog.suspect(this.#statement)
    this.#failure = failure
    this.#rows = []
  }

  #keepRows(fields: readonly ResultField[], current: Statement | null): void {
    const { server, mode } = this.#request
    this.#undecoded = new UndecodedRows(server, this.#executed, fields, mode, current)
    this.#decode = this.#undecoded.keepBehind(this.#rows.length)
    this.#decoder = null
  }

  /** The Describe that went with the Parse: rows are decoded by what the server says now, not by what it said once. */
  #described(fields: readonly ResultField[]): void {
    const { server, mode } = this.#request
    const current = redescribed(server, this.#statement, fields, mode)
    if (current === this.#statement) return
    if (current === null) {
      if (this.#recourse?.readLater === undefined) this.#failure = new OutdatedStatementError(this.#statement.sql)
      else this.#keepRows(fields, null)
      return
    }
    this.#statement = current
    this.#useDecoder(current.rowDecoderFor(this.#executed, mode)!)
  }

  #useDecoder(decoder: RowDecoder): RowFunction {
    this.#decoder = decoder.compiled ? null : decoder
    return (this.#decode = decoder.rowFunction())
  }

  #countInterpretedRow(): void {
    if (this.#decoder === null) return
    this.#decode = this.#decoder.interpreted(1)
    if (this.#decoder.compiled) this.#decoder = null
  }
}
