import { CodecError, InvalidValueError } from '../errors/codec-error.ts'
import { OutdatedStatementError } from '../errors/outdated-statement-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { UnresolvedTypeError } from '../errors/unresolved-type-error.ts'
import type { RowDecoder } from '../types/rows/row-decoder.ts'
import type { RowFunction, RowMode } from '../types/rows/row-function.ts'
import type { CatalogKey } from './catalog.ts'
import type { ServerSession } from './server-session.ts'
import type { ResultField, Statement } from './statement.ts'

/** Each round finds types one level deeper; a record is not nested that deep. */
const MAX_LOOK_UPS = 100

/** Rows that may fail in one round before the types that they lack are asked for: each costs a stack trace. */
const MAX_FAILURES = 64

/** Why rows cannot be read. */
export type ReadFailure = CodecError | OutdatedStatementError | ProtocolError

/**
 * The rows of a result from the first on that could not be decoded, because the server has to be asked for types in it.
 * None of them is lost, and nothing is executed twice for them.
 *
 * It keeps copies of their bytes: no more than the caller wants to have as rows, which is the result of a query, and one
 * batch of a stream, behind which none is fetched.
 */
export class UndecodedRows {
  readonly #server: ServerSession
  /** As it was bound: the rows have its formats. */
  readonly #executed: Statement
  readonly #fields: readonly ResultField[]
  readonly #mode: RowMode
  /** How the rows are read; null while types of their columns are unknown. */
  #current: Statement | null
  #decoder: RowDecoder | null
  /** Null where a row has been decoded. */
  #kept: (Buffer | null)[] = []
  /** How many rows came before. */
  #before = 0
  #lookUps = 0
  readonly #asked = new Set<CatalogKey>()
  /** All types were forgotten because one in these rows was out of date. */
  #forgotten = false
  #generation: number
  /** Under which this connection has the statement prepared. */
  #prepared: Statement
  #lastError: unknown = null

  /** `current` and its decoder: how rows are read so far. Without them, the server describes `fields` of unknown types. */
  constructor(
    server: ServerSession,
    executed: Statement,
    fields: readonly ResultField[],
    mode: RowMode,
    current: Statement | null,
  ) {
    this.#server = server
    this.#executed = executed
    this.#fields = fields
    this.#mode = mode
    this.#current = current
    this.#prepared = current ?? executed
    this.#generation = server.catalog.generation
    this.#decoder = current?.rowDecoderFor(executed, mode) ?? null
  }

  /** Takes the place of the row function for the rows of a result, behind `before` that were decoded. Gives placeholders. */
  keepBehind(before: number): RowFunction {
    this.#before = before
    return (bytes, _view, offset, end) => {
      this.#kept.push(Buffer.from(bytes.subarray(offset, end)))
      return null
    }
  }

  /** What describes the result, and its decoder, once `read` has returned nothing. */
  get statement(): Statement {
    return this.#current ?? this.#executed
  }

  get decoder(): RowDecoder | null {
    return this.#decoder
  }

  /**
   * Puts what can be decoded into its places in `rows`. Returns what to look up before it is called again; nothing when
   * all is done. Throws when that will never be.
   */
  read(rows: unknown[]): readonly CatalogKey[] {
    for (;;) {
      const missing = this.#describe() ?? this.#decode(rows)
      if (missing === null) {
        this.#kept = []
        return []
      }
      this.#noticeForgetting()
      if (++this.#lookUps > MAX_LOOK_UPS || missing.some((key) => this.#asked.has(key))) throw this.unreadable()
      for (const key of missing) this.#asked.add(key)
      const unknown = this.#server.catalog.unknown(missing)
      if (unknown.length > 0) return unknown
    }
  }

  /** Says which column cannot be read. `lookUp` is why the server could not be asked. */
  unreadable(lookUp?: unknown): ReadFailure {
    const row = this.#kept.find((kept) => kept !== null)
    const { catalog, prepared } = this.#server
    if (this.#decoder !== null && row !== undefined) {
      const failure = this.#decoder.explain(row, viewOf(row), 0, row.length, this.#lastError, lookUp)
      const lost = failure instanceof ProtocolError && this.#lastError instanceof UnresolvedTypeError
      // Somebody else has had the type looked up this very moment.
      return lost ? new OutdatedStatementError(this.#executed.sql) : failure
    }
    prepared.evict(this.#prepared)
    const field = this.#fields.find(({ typeOid }) => catalog.unknownTypes([typeOid]).length > 0)
    if (field === undefined || lookUp === undefined) return new OutdatedStatementError(this.#executed.sql)
    const cause = new InvalidValueError('the type of the column is not known')
    return CodecError.decode(field.name, `type ${field.typeOid}`, cause, lookUp)
  }

  /** What to look up before the columns can be described; null when they are. */
  #describe(): readonly CatalogKey[] | null {
    if (this.#current !== null) return null
    const { catalog, prepared } = this.#server
    const { sql, parameterOids, kept } = this.#executed
    const unasked = catalog.unknown(catalog.keysOf(parameterOids, this.#fields), this.#asked)
    // A type that is gone by now is its text.
    if (unasked.length > 0) return unasked
    const current = catalog.add(sql, parameterOids, this.#fields, kept)
    this.#decoder = current.rowDecoderFor(this.#executed, this.#mode)
    if (this.#decoder === null) throw this.unreadable()
    this.#current = current
    prepared.replace(this.#prepared, current)
    this.#prepared = current
    return null
  }

  /** The types to look up before the rest can be decoded; null when there is none. */
  #decode(rows: unknown[]): readonly number[] | null {
    const kept = this.#kept
    const decode = this.#decoder!.interpreted(kept.length)
    const missing = new Set<number>()
    let failures = 0
    for (let index = 0; index < kept.length && failures < MAX_FAILURES; index++) {
      const row = kept[index]
      if (row === null || row === undefined) continue
      try {
        rows[this.#before + index] = decode(row, viewOf(row), 0, row.length)
        kept[index] = null
      } catch (error) {
        this.#lastError = error
        if (!(error instanceof UnresolvedTypeError)) {
          kept.fill(null, 0, index)
          throw this.unreadable()
        }
        if (error.oids.length === 0) {
          this.#renew()
          return []
        }
        for (const oid of this.#decoder!.missingTypes(row, viewOf(row), 0, row.length)) missing.add(oid)
        failures++
      }
    }
    return failures === 0 ? null : [...missing]
  }

  /** A type is out of date. Unless somebody has noticed already, all that was looked up is forgotten: once. */
  #renew(): void {
    const { catalog } = this.#server
    if (this.#forgotten) throw this.unreadable()
    const generation = this.#current?.generation
    if (generation === catalog.generation) {
      catalog.forgetTypes(generation)
      this.#forgotten = true
    }
    this.#current = null
  }

  /** What was asked for before somebody forgot all types has to be asked for again. */
  #noticeForgetting(): void {
    const { generation } = this.#server.catalog
    if (generation === this.#generation) return
    this.#generation = generation
    this.#asked.clear()
  }
}

function viewOf(row: Buffer): DataView {
  return new DataView(row.buffer, row.byteOffset, row.byteLength)
}
