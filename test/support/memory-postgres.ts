/** Plays PostgreSQL's part of the extended and the simple protocol for a few known statements, without a socket. */
import {
  authenticationOk,
  backendKeyData,
  bindComplete,
  closeComplete,
  type ColumnFields,
  commandComplete,
  errorResponse,
  noData,
  parameterDescription,
  parameterStatus,
  parseComplete,
  portalSuspended,
  readyForQuery,
  rowDescription,
} from './backend-messages.ts'
import type { FrontendMessage } from './frontend-messages.ts'

/** What one statement takes and gives. */
export interface KnownStatement {
  readonly parameterOids?: readonly number[]
  readonly columns?: readonly ColumnFields[]
  /** DataRows, and whatever else is to come between them. */
  readonly rows?: readonly Buffer[]
  readonly tag?: string
  /** Instead of the tag. */
  readonly fails?: Readonly<Record<string, string>>
  /** Instead of rows and tag. */
  readonly answers?: readonly Buffer[]
}

export type KnownStatements = Readonly<Record<string, KnownStatement>>

/** One session of it: give it the client's messages, it gives the answers. */
export class MemoryPostgres {
  readonly #known: KnownStatements
  readonly #prepared = new Map<string, string>()
  #portal: { readonly statement: KnownStatement; row: number } | undefined
  /** After an error everything up to the next Sync is skipped. */
  #skipping = false

  constructor(known: KnownStatements) {
    this.#known = known
  }

  login(): Buffer[] {
    const statuses = [parameterStatus('server_version', '18.4'), parameterStatus('client_encoding', 'UTF8')]
    return [authenticationOk(), ...statuses, backendKeyData(4711, 42), readyForQuery()]
  }

  answer(message: FrontendMessage): Buffer[] {
    if (message.type === 'sync') {
      this.#skipping = false
      this.#portal = undefined
      return [readyForQuery()]
    }
    if (this.#skipping) return []
    switch (message.type) {
      case 'parse':
        this.#prepared.set(message.statement, message.sql)
        return this.#known[message.sql] === undefined ? this.#fail({ C: '42601' }) : [parseComplete()]
      case 'describe':
        return this.#describe(message.name)
      case 'bind':
        this.#portal = { statement: this.#statement(message.statement), row: 0 }
        return [bindComplete()]
      case 'execute':
        return this.#execute(message.maxRows)
      case 'close':
        if (message.target === 'S') this.#prepared.delete(message.name)
        else this.#portal = undefined
        return [closeComplete()]
      case 'query':
        return [...(this.#known[message.sql]?.answers ?? [errorResponse({ C: '42601' })]), readyForQuery()]
      default:
        return []
    }
  }

  #statement(name: string): KnownStatement {
    return this.#known[this.#prepared.get(name) ?? ''] ?? {}
  }

  #describe(name: string): Buffer[] {
    const { parameterOids = [], columns } = this.#statement(name)
    return [parameterDescription(...parameterOids), columns === undefined ? noData() : rowDescription(...columns)]
  }

  #execute(maxRows: number): Buffer[] {
    const portal = this.#portal
    if (portal === undefined) return this.#fail({ C: '34000' })
    const { rows = [], tag = 'SELECT 0', fails, answers } = portal.statement
    if (answers !== undefined) return [...answers]
    const batch = maxRows === 0 ? rows.slice(portal.row) : rows.slice(portal.row, portal.row + maxRows)
    portal.row += batch.length
    if (maxRows > 0 && batch.length === maxRows) return [...batch, portalSuspended()]
    return fails === undefined ? [...batch, commandComplete(tag)] : [...batch, ...this.#fail(fails)]
  }

  #fail(fields: Readonly<Record<string, string>>): Buffer[] {
    this.#skipping = true
    return [errorResponse(fields)]
  }
}
