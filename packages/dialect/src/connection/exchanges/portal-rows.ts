import { UnresolvedTypeError } from '../../errors/unresolved-type-error.ts'
import type { RowDecoder } from '../../types/rows/row-decoder.ts'
import type { RowFunction } from '../../types/rows/row-function.ts'
import type { CatalogKey } from '../catalog.ts'
import { redescribed } from '../redescribed.ts'
import type { ServerSession } from '../server-session.ts'
import type { ResultField, Statement } from '../statement.ts'
import { type ReadFailure, UndecodedRows } from '../undecoded-rows.ts'

/** The rows of a portal, batch by batch: decoded as they come, or kept until types have been looked up for them. */
export class PortalRows {
  readonly #server: ServerSession
  /** As it is bound. */
  readonly #executed: Statement
  /** As it describes the rows. */
  #statement: Statement
  #decoder: RowDecoder
  #decode: RowFunction
  #rows: unknown[] = []
  /** Rows of this batch that wait for a look-up. */
  #undecoded: UndecodedRows | null = null

  constructor(server: ServerSession, statement: Statement) {
    this.#server = server
    this.#executed = statement
    this.#statement = statement
    this.#decoder = statement.rowDecoder('object')
    this.#decode = this.#decoder.rowFunction()
  }

  get statement(): Statement {
    return this.#statement
  }

  /** Whether rows wait for a look-up. */
  get waiting(): boolean {
    return this.#undecoded !== null
  }

  /** The server describes the rows that come with `fields`. */
  describe(fields: readonly ResultField[]): void {
    const current = redescribed(this.#server, this.#statement, fields, 'object')
    if (current === this.#statement) return
    if (current === null) {
      this.#keepRows(fields, null)
      return
    }
    this.#statement = current
    this.#useDecoder(current.rowDecoderFor(this.#executed, 'object'))
  }

  /** Returns why the row can never be read; null when it can. */
  add(bytes: Buffer, view: DataView, offset: number, end: number): ReadFailure | null {
    try {
      this.#rows.push(this.#decode(bytes, view, offset, end))
    } catch (error) {
      if (!(error instanceof UnresolvedTypeError)) return this.#decoder.explain(bytes, view, offset, end, error)
      this.#keepRows(this.#statement.columns, this.#statement)
      this.#rows.push(this.#decode(bytes, view, offset, end))
    }
    return null
  }

  /**
   * Decodes what waits. Returns what to look up before it is called again; nothing when all is done. Throws a `ReadFailure`
   * when that will never be.
   */
  readKept(): readonly CatalogKey[] {
    const undecoded = this.#undecoded
    if (undecoded === null) return []
    const missing = undecoded.read(this.#rows)
    if (missing.length > 0) return missing
    this.#undecoded = null
    this.#statement = undecoded.statement
    this.#useDecoder(undecoded.decoder)
    return []
  }

  /** The batch that is complete; the next one begins. */
  take(): unknown[] {
    const rows = this.#rows
    this.#rows = []
    if (!this.#decoder.compiled) this.#decode = this.#decoder.interpreted(rows.length)
    return rows
  }

  /** Nobody wants them any more. */
  drop(): void {
    this.#rows = []
    this.#undecoded = null
  }

  #keepRows(fields: readonly ResultField[], current: Statement | null): void {
    this.#undecoded = new UndecodedRows(this.#server, this.#executed, fields, 'object', current)
    this.#decode = this.#undecoded.keepBehind(this.#rows.length)
  }

  #useDecoder(decoder: RowDecoder | null): void {
    if (decoder === null) return
    this.#decoder = decoder
    this.#decode = decoder.rowFunction()
  }
}
