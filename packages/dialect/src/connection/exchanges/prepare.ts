import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { postgresErrorFrom } from '../../errors/postgres-error-from.ts'
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
  readonly #reject: (error: Error, parsed: boolean) => void
  #state: State = 'parsing'
  #parameterOids: readonly number[] = []
  #fields: readonly FieldDescription[] = []
  #failure: Failure | null = null
  /** The server has the statement, whatever comes of the rest. */
  #parsed = false
  #cancelled = false

  constructor(
    name: string,
    sql: string,
    closing: readonly string[],
    resolve: (shape: StatementShape) => void,
    reject: (error: Error, parsed: boolean) => void,
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

  /** The cancel may find the server with nothing to do; and then the statement would be executed all the same. */
  interrupt(): void {
    this.#cancelled = true
  }

  row(): void {
    refuseRow(this.#state)
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    this.#state = advance(transitions, this.#state, name)
    if (name === 'parseComplete') this.#parsed = true
    else if (name === 'parameterDescription') this.#parameterOids = readParameterDescription(reader)
    else if (name === 'rowDescription') this.#fields = readRowDescription(reader)
  }

  error(error: PostgresError): void {
    error.concern(this.#sql)
    this.#state = 'syncing'
    this.#failure ??= error
  }

  ready(): void {
    this.#state = advance(transitions, this.#state, 'readyForQuery')
    if (this.#cancelled) this.#failure ??= cancelledEarly()
    if (this.#failure === null) this.#resolve({ parameterOids: this.#parameterOids, fields: this.#fields })
    else this.#reject(this.#failure, this.#parsed)
  }

  fail(error: Error): void {
    this.#reject(unfinished(this.#failure, error), false)
  }
}

/** What the server would have said, had the cancel not been too early for it. */
function cancelledEarly(): PostgresError {
  const error = postgresErrorFrom(
    new Map([
      ['S', 'ERROR'],
      ['V', 'ERROR'],
      ['C', '57014'],
      ['M', 'The statement was cancelled before it was executed'],
    ]),
  )
  error.outcome = 'not-sent'
  return error
}
