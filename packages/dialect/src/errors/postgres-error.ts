import { DatabaseError } from 'pg-protocol'

import { excerptOf } from './excerpt.ts'
import { hasSqlstate, POSTGRES_ERROR } from './has-sqlstate.ts'
import type { Outcome } from './outcome.ts'
import { canBeRepeated } from './safe-to-retry.ts'
import { shortenedSql } from './shortened-sql.ts'

/** One-letter field codes of ErrorResponse and the properties of `DatabaseError` that they fill. */
const properties = [
  ['S', 'severity'],
  ['C', 'code'],
  ['D', 'detail'],
  ['H', 'hint'],
  ['P', 'position'],
  ['p', 'internalPosition'],
  ['q', 'internalQuery'],
  ['W', 'where'],
  ['s', 'schema'],
  ['t', 'table'],
  ['c', 'column'],
  ['d', 'dataType'],
  ['n', 'constraint'],
  ['F', 'file'],
  ['L', 'line'],
  ['R', 'routine'],
] as const

/** The fields of an ErrorResponse by their one-letter codes. */
export type PostgresErrorFields = ReadonlyMap<string, string>

/** What an error can tell of its statement. */
interface FailedStatement {
  readonly sql: string
  readonly parameters: readonly { readonly name: string }[] | undefined
  /** Whether the server's positions are in that text. */
  readonly placed: boolean
}

/**
 * An error that the server reported. Match on `code`, the SQLSTATE, or on the class that each SQLSTATE has in
 * `kysely-pgwire/errors`; `message` may be in any language.
 *
 * It is a `DatabaseError` of pg-protocol, so existing `instanceof` checks keep working.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export class PostgresError extends DatabaseError {
  override readonly name = 'PostgresError' as 'error'
  /** The SQLSTATE; `XX000` should the server have sent none. */
  declare readonly code: string
  /** `ERROR`, `FATAL` or `PANIC`, whatever language the server speaks. */
  readonly severityCode: string
  outcome: Outcome = 'rolled-back'
  // Not enumerable: a statement may have values, even passwords, written into it, and errors are logged.
  #statement: FailedStatement | undefined

  static {
    Object.defineProperty(this.prototype, POSTGRES_ERROR, { value: true })
  }

  constructor(fields: PostgresErrorFields) {
    super(fields.get('M') ?? 'The server reported an error without a message', 0, 'error')
    const self = this as unknown as Record<string, string>
    for (const [code, property] of properties) {
      const value = fields.get(code)
      if (value === undefined) delete self[property]
      else self[property] = value
    }
    self['code'] ??= 'XX000'
    this.severityCode = fields.get('V') ?? fields.get('S') ?? 'ERROR'
  }

  /** Whether the server ends the session with this error. */
  get fatal(): boolean {
    return this.severityCode === 'FATAL' || this.severityCode === 'PANIC'
  }

  /**
   * Whether what failed can be asked once more: it has no effect that would be repeated, and the reason is one that
   * passes, such as a deadlock. In a transaction, that means the whole transaction.
   */
  get safeToRetry(): boolean {
    return canBeRepeated(this)
  }

  /** The statement that failed, or its first 2,000 characters; undefined where the error is about none. Logs do not see it. */
  get sql(): string | undefined {
    return this.#statement === undefined ? undefined : shortenedSql(this.#statement.sql)
  }

  /** The types of the statement's parameters, by `pg_type.typname`; undefined where they were not known. */
  get parameterTypes(): readonly string[] | undefined {
    return this.#statement?.parameters?.map(({ name }) => name)
  }

  /**
   * The line that `position` is in, and below it a caret under the place; of the query of a function, if the error is
   * about that. Undefined where the server names no place. Logs do not see it.
   */
  get excerpt(): string | undefined {
    const { position, internalPosition, internalQuery } = this
    const statement = this.#statement
    if (position !== undefined) return statement?.placed === true ? excerptOf(statement.sql, position) : undefined
    return internalPosition === undefined || internalQuery === undefined
      ? undefined
      : excerptOf(internalQuery, internalPosition)
  }

  /**
   * Notes the statement that failed.
   * @internal
   */
  concern(sql: string, parameters?: FailedStatement['parameters']): void {
    this.#statement = { sql, parameters, placed: true }
  }

  /**
   * Notes the statement that failed, where another text was sent for it: one with values in it.
   * @internal
   */
  concernWithoutPlace(sql: string): void {
    this.#statement = { sql, parameters: undefined, placed: false }
  }

  /**
   * The same error as another object.
   * @internal
   */
  copy(): PostgresError {
    const copy = Object.assign(new (this.constructor as typeof PostgresError)(new Map([['M', this.message]])), this)
    copy.#statement = this.#statement
    return copy
  }
}

/** Whether something is an error of the server, also of another copy of this package. */
export function isPostgresError(error: unknown): error is PostgresError {
  return hasSqlstate(error, '')
}
