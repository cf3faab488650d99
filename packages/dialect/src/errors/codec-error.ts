import type { Outcome } from './outcome.ts'
import { canBeRepeated } from './safe-to-retry.ts'

/** What a codec throws: the reason alone, without the value. Its caller knows where it happened and says so. */
export class InvalidValueError extends Error {
  override readonly name = 'InvalidValueError'
  readonly reason: string
  /** Which part of the value is at fault: 'element [1], field "b"'. Empty for the value itself. */
  readonly path: string

  constructor(reason: string, path = '') {
    super(path === '' ? reason : `${path}: ${reason}`)
    this.reason = reason
    this.path = path
  }
}

/**
 * A value that cannot be converted between JavaScript and PostgreSQL without loss.
 *
 * Nothing of the statement was sent when a parameter is at fault. The connection stays usable in both cases.
 */
export class CodecError extends Error {
  override readonly name = 'CodecError'
  readonly code: 'PGWIRE_ENCODE' | 'PGWIRE_DECODE'
  /** The PostgreSQL type, by `pg_type.typname`. */
  readonly type: string
  /** What is wrong with the value. Never the value itself. */
  readonly reason: string
  /** 1-based, as in `$1`. Undefined when a column is at fault. */
  readonly parameter: number | undefined
  /** The name of the column. Undefined when a parameter is at fault. */
  readonly column: string | undefined
  readonly outcome: Outcome

  private constructor(message: string, fields: CodecErrorFields, options: ErrorOptions) {
    super(message, options)
    this.code = fields.code
    this.type = fields.type
    this.reason = fields.reason
    this.parameter = fields.parameter
    this.column = fields.column
    this.outcome = fields.outcome
  }

  /** Whether the same can be asked once more: no, it would fail again. */
  get safeToRetry(): boolean {
    return canBeRepeated(this)
  }

  static encode(parameter: number, type: string, cause: unknown): CodecError {
    const reason = reasonOf(cause)
    return new CodecError(
      `Cannot encode parameter $${parameter} as ${type}: ${reason}`,
      { code: 'PGWIRE_ENCODE', type, reason, parameter, column: undefined, outcome: 'not-sent' },
      causeUnlessPlain(cause),
    )
  }

  /** A value of a row that was to be copied in. */
  static encodeField(column: string, type: string, cause: unknown): CodecError {
    return CodecError.#copied(`Cannot encode column ${JSON.stringify(column)} as ${type}`, type, column, cause)
  }

  /** What was given as a row, or as text, to be copied in is none. */
  static encodeCopied(what: 'a row' | 'text', cause: unknown): CodecError {
    return CodecError.#copied(`Cannot copy ${what}`, what === 'text' ? 'text' : 'record', undefined, cause)
  }

  static #copied(failed: string, type: string, column: string | undefined, cause: unknown): CodecError {
    const reason = reasonOf(cause)
    return new CodecError(
      `${failed}: ${reason}`,
      { code: 'PGWIRE_ENCODE', type, reason, parameter: undefined, column, outcome: 'rolled-back' },
      causeUnlessPlain(cause),
    )
  }

  /** `lookUp`: why the server could not be asked for what is missing, where that is the reason. */
  static decode(column: string, type: string, cause: unknown, lookUp?: unknown): CodecError {
    const reason = lookUp === undefined ? reasonOf(cause) : `${reasonOf(cause)}, and cannot be looked up`
    return new CodecError(
      `Cannot decode column ${JSON.stringify(column)} of type ${type}: ${reason}`,
      { code: 'PGWIRE_DECODE', type, reason, parameter: undefined, column, outcome: 'applied' },
      lookUp === undefined ? causeUnlessPlain(cause) : { cause: lookUp },
    )
  }
}

interface CodecErrorFields {
  readonly code: 'PGWIRE_ENCODE' | 'PGWIRE_DECODE'
  readonly type: string
  readonly reason: string
  readonly parameter: number | undefined
  readonly column: string | undefined
  readonly outcome: Outcome
}

/** Only our own reasons are known to be free of values; a user's `toJSON` may quote anything. */
function reasonOf(cause: unknown): string {
  return cause instanceof InvalidValueError ? cause.message : 'its conversion threw'
}

function causeUnlessPlain(cause: unknown): ErrorOptions {
  return cause instanceof InvalidValueError ? {} : { cause }
}
