import { InvalidValueError } from './codec-error.ts'

/**
 * Bytes name types that nobody has looked up yet (in an anonymous record), or are not what was looked up once (after an
 * ALTER TYPE). Whoever reads rows keeps the bytes, has the types looked up, and reads them again.
 */
export class UnresolvedTypeError extends InvalidValueError {
  /** What to look up; empty when what is known is out of date and has to go first. */
  readonly oids: readonly number[]

  private constructor(reason: string, oids: readonly number[]) {
    super(reason)
    this.oids = oids
  }

  static unknown(oid: number): UnresolvedTypeError {
    return new UnresolvedTypeError(`a type with the OID ${oid} that is not known`, [oid])
  }

  static outdated(type: string): UnresolvedTypeError {
    return new UnresolvedTypeError(`the type ${type} has changed`, [])
  }
}
