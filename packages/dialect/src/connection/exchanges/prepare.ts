import type { SendBuffer } from '../../bytes/send-buffer.ts'
import type { PostgresError } from '../../errors/postgres-error.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import { type FieldDescription, readParameterDescription, readRowDescription } from '../../wire/descriptions.ts'
import { writeCloseStatement, writeDescribeStatement, writeParse, writeSync } from '../../wire/extended-query.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import { advance, type Exchange, type Failure, refuseRow, type Transitions, unfinished } from '../exchange.ts'

/** What the server says of a statement that it has parsed. */
export interface StatementShape {
  readonly parameterOids: readonly number[]
  readonly fields: readonly FieldDescription[]
}

type State = 'parsing' | 'describing parameters' | 'describing rows' | 'syncing' | 'done'

const transitions: Transitions<State> = {
  parsing: { closeComplete: 'parsing', parseComplete: 'describing parameters' },
  'describing parameters': { parameterDescription: 'describing rows' },
  'describing rows': { rowDescription: 'syncing', noData: 'syncing' },
  syncing: { readyForQuery: 'done' },
  done: {},
}

/**
 * Parse, Describe, Sync: prepares a statement that nobody has described yet.
 * The Sync keeps no transaction, and so no lock, open until the statement is executed.
 */
export class PrepareExchange implements Exchange {
  next: Exchange | null = null
  readonly #name: string
  readonly #sql: string
  readonly #closing: readonly string[]
  readonly #resolve: (shape: StatementShape) => void
  readonly #reject: (error: Error) => void
  #state: State = 'parsing'
  #parameterOids: readonly number[] = []
  #fields: readonly FieldDescription[] = []
  #failure: Failure | null = null

  constructor(
    name: string,
    sql: string,
    closing: readonly string[],
    resolve: (shape: StatementShape) => void,
    reject: (error: Error) => void,
  ) {
    this.#name = name
    this.#sql = sql
    this.#closing = closing
    this.#resolve = resolve
    this.#reject = reject
  }

  write(out: SendBuffer): void {
    for (const evicted of this.#closing) writeCloseStatement(out, evicted)
    writeParse(out, this.#name, this.#sql, [])
    writeDescribeStatement(out, this.#name)
    writeSync(out)
  }

  row(): void {
    refuseRow(this.#state)
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    this.#state = advance(transitions, this.#state, name)
    if (name === 'parameterDescription') this.#parameterOids = readParameterDescription(reader)
    else if (name === 'rowDescription') this.#fields = readRowDescription(reader)
  }

  error(error: PostgresError): void {
    error.concern(this.#sql)
    this.#state = 'syncing'
    this.#failure ??= error
  }

  ready(): void {
    this.#state = advance(transitions, this.#state, 'readyForQuery')
    if (this.#failure === null) this.#resolve({ parameterOids: this.#parameterOids, fields: this.#fields })
    else this.#reject(this.#failure)
  }

  fail(error: Error): void {
    this.#reject(unfinished(this.#failure, error))
  }
}
