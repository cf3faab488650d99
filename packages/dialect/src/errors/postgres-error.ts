import { DatabaseError } from 'pg-protocol'

import type { Outcome } from './outcome.ts'

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

/**
 * An error that the server reported. Match on `code`, the SQLSTATE; `message` may be in any language.
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

  constructor(fields: ReadonlyMap<string, string>) {
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
}
