import type { SendBuffer } from '../../bytes/send-buffer.ts'
import type { PostgresError } from '../../errors/postgres-error.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import { type CommandTag, readCommandTag } from '../../wire/command-tag.ts'
import { type FieldDescription, readRowDescription } from '../../wire/descriptions.ts'
import { writeDescribeStatement, writeExecute, writeParse, writeSync } from '../../wire/extended-query.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import { writeUnnamedBind } from '../bind-unnamed.ts'
import { advance, type Exchange, type Failure, graver, refuseRow, type Transitions, unfinished } from '../exchange.ts'

type State =
  | 'parsing the query'
  | 'describing parameters'
  | 'describing rows'
  | 'parsing'
  | 'binding'
  | 'starting'
  | 'copying'
  | 'copied'
  | 'syncing'
  | 'done'

const transitions: Transitions<State> = {
  'parsing the query': { parseComplete: 'describing parameters' },
  'describing parameters': { parameterDescription: 'describing rows' },
  'describing rows': { rowDescription: 'parsing', noData: 'parsing' },
  parsing: { parseComplete: 'binding' },
  binding: { bindComplete: 'starting' },
  starting: { copyOutResponse: 'copying' },
  copying: { copyData: 'copying', copyDone: 'copied' },
  copied: { commandComplete: 'syncing' },
  syncing: { readyForQuery: 'done' },
  done: {},
}

/** Who takes the data of a COPY. */
export interface CopyReader {
  /** What the columns of its query are; nothing can change that before the end. */
  described(fields: readonly FieldDescription[]): void
  /** The data of one message, which stands in the receive buffer. What it throws ends the connection. */
  data(bytes: Buffer, view: DataView, offset: number, end: number): void
  /** No more data comes. What it throws ends the connection. */
  done(): void
  resolve(tag: CommandTag): void
  reject(error: Error): void
}

/** COPY TO STDOUT. By the extended protocol, which takes one statement and never two. */
export class CopyOutExchange implements Exchange {
  next: Exchange | null = null
  readonly #sql: string
  readonly #query: string | null
  readonly #told: string | undefined
  readonly #reader: CopyReader
  #state: State
  #tag: CommandTag = { command: '', rowCount: null }
  #failure: Failure | null = null

  /**
   * `query`: what is copied, if it is to be described on the way. That locks its tables until the COPY has ended, so that
   * the data are of the types that were described. `told`: what errors say of a statement that values are written into.
   */
  constructor(sql: string, reader: CopyReader, query: string | null = null, told?: string) {
    this.#sql = sql
    this.#reader = reader
    this.#query = query
    this.#told = told
    this.#state = query === null ? 'parsing' : 'parsing the query'
  }

  write(out: SendBuffer): void {
    if (this.#query !== null) {
      writeParse(out, '', this.#query, [])
      writeDescribeStatement(out, '')
    }
    writeParse(out, '', this.#sql, [])
    writeUnnamedBind(out)
    writeExecute(out, '', 0)
    writeSync(out)
  }

  row(): void {
    refuseRow(this.#state)
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    this.#state = advance(transitions, this.#state, name)
    switch (name) {
      case 'rowDescription':
        this.#reader.described(readRowDescription(reader))
        break
      case 'noData':
        this.#reader.described([])
        break
      case 'copyData':
        this.#reader.data(reader.bytes, reader.view, reader.offset, reader.end)
        break
      case 'copyDone':
        this.#reader.done()
        break
      case 'commandComplete':
        this.#tag = readCommandTag(reader)
        break
      default:
    }
  }

  error(error: PostgresError): void {
    if (this.#told !== undefined) error.concernWithoutPlace(this.#told)
    else error.concern(this.#state === 'parsing the query' ? (this.#query ?? this.#sql) : this.#sql)
    // COPY itself commits nothing, and what it copies is no procedure.
    error.outcome = error.fatal && this.#state === 'syncing' ? 'unknown' : 'rolled-back'
    this.#state = 'syncing'
    this.#failure = graver(this.#failure, error)
  }

  ready(): void {
    this.#state = advance(transitions, this.#state, 'readyForQuery')
    if (this.#failure === null) this.#reader.resolve(this.#tag)
    else this.#reader.reject(this.#failure)
  }

  fail(error: Error): void {
    this.#state = 'done'
    this.#reader.reject(unfinished(this.#failure, error))
  }
}
