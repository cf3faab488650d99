import type { SendBuffer } from '../../bytes/send-buffer.ts'
import type { PostgresError } from '../../errors/postgres-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import { UsageError } from '../../errors/usage-error.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import { type CommandTag, readCommandTag } from '../../wire/command-tag.ts'
import { writeCopyFail, writeQuery } from '../../wire/control-messages.ts'
import { readRowDescription } from '../../wire/descriptions.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import { scriptOutcome } from '../error-outcome.ts'
import { advance, type Exchange, type Failure, graver, refuseRow, type Transitions, unfinished } from '../exchange.ts'
import { scriptLeavesTraces } from '../leaves-traces.ts'
import { requireSql } from '../require-sql.ts'
import type { Session } from '../session.ts'

/** What one statement of a script gave: its rows as text, in column order. */
export interface ScriptResult extends CommandTag {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

type State = 'running' | 'fetching' | 'copying' | 'copied' | 'complete' | 'syncing' | 'done'

const statement = {
  rowDescription: 'fetching',
  commandComplete: 'complete',
  emptyQueryResponse: 'complete',
  copyInResponse: 'copying',
  copyOutResponse: 'copying',
} as const

const transitions: Transitions<State> = {
  running: statement,
  fetching: { commandComplete: 'complete' },
  copying: { copyData: 'copying', copyDone: 'copied' },
  copied: { commandComplete: 'complete' },
  complete: { ...statement, readyForQuery: 'done' },
  syncing: { readyForQuery: 'done' },
  done: {},
}

/** Query: a script of any number of statements, in one implicit transaction, without parameters. */
export class SimpleQueryExchange implements Exchange {
  next: Exchange | null = null
  readonly #session: Session
  readonly #sql: string
  readonly #resolve: (results: ScriptResult[]) => void
  readonly #reject: (error: Error) => void
  #state: State = 'running'
  readonly #results: ScriptResult[] = []
  #columns: readonly string[] = []
  #rows: (string | null)[][] = []
  #failure: Failure | null = null

  constructor(
    session: Session,
    sql: string,
    resolve: (results: ScriptResult[]) => void,
    reject: (error: Error) => void,
  ) {
    this.#session = session
    this.#sql = sql
    this.#resolve = resolve
    this.#reject = reject
  }

  write(out: SendBuffer): void {
    requireSql(this.#sql)
    if (scriptLeavesTraces(this.#sql)) this.#session.changes.noteTraces()
    writeQuery(out, this.#sql)
  }

  row(bytes: Buffer, view: DataView, offset: number, end: number): void {
    if (this.#state !== 'fetching') refuseRow(this.#state)
    if (this.#failure === null) this.#rows.push(textRow(bytes, view, offset, end, this.#columns.length))
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    this.#state = advance(transitions, this.#state, name)
    switch (name) {
      case 'rowDescription':
        this.#columns = readRowDescription(reader).map((field) => field.name)
        break
      case 'commandComplete':
        this.#results.push({ ...readCommandTag(reader), columns: this.#columns, rows: this.#rows })
        this.#columns = []
        this.#rows = []
        break
      case 'copyInResponse':
        this.#failure ??= new UsageError('COPY FROM STDIN cannot be run in a script', 'rolled-back')
        this.#session.append(this, (out) => writeCopyFail(out, 'COPY FROM STDIN cannot be run in a script'))
        break
      case 'copyOutResponse':
        this.#failure ??= new UsageError('COPY TO STDOUT cannot be run in a script', 'applied')
        break
      default:
    }
  }

  error(error: PostgresError): void {
    error.concern(this.#sql)
    this.#state = 'syncing'
    error.outcome = scriptOutcome(this.#sql)
    this.#failure = graver(this.#failure, error)
  }

  ready(): void {
    this.#state = advance(transitions, this.#state, 'readyForQuery')
    if (this.#failure === null) this.#resolve(this.#results)
    else this.#reject(this.#failure)
  }

  fail(error: Error): void {
    this.#reject(unfinished(this.#failure, error))
  }
}

function textRow(bytes: Buffer, view: DataView, offset: number, end: number, columns: number): (string | null)[] {
  const malformed = (): never => {
    throw new ProtocolError('Malformed dataRow message from the server')
  }
  if (offset + 2 > end || view.getUint16(offset) !== columns) malformed()
  const row: (string | null)[] = []
  let at = offset + 2
  for (let index = 0; index < columns; index++) {
    if (at + 4 > end) malformed()
    const length = view.getInt32(at)
    at += 4
    if (length < -1 || at + length > end) malformed()
    row.push(length === -1 ? null : bytes.toString('utf8', at, at + length))
    if (length > 0) at += length
  }
  if (at !== end) malformed()
  return row
}
