import { CodecError } from '../../errors/codec-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import { UnresolvedTypeError } from '../../errors/unresolved-type-error.ts'
import { generateRowFunction } from './generated-row-function.ts'
import { interpretedRowFunction } from './interpreted-row-function.ts'
import { type DecodedColumn, requireSize, type RowFunction, type RowMode } from './row-function.ts'

/** A shape is compiled once it has proved to be more than a one-off: 40 µs of compilation against 0.3 µs a row saved. */
const ROWS_BEFORE_COMPILING = 64

/** Wider rows are interpreted: a generated literal of more columns turns into a dictionary, which costs more than it saves. */
const MAX_COMPILED_COLUMNS = 120

/**
 * Decodes the rows of one result shape: interpreted at first, by a function generated for the shape afterwards.
 * Both give the same rows and the same errors.
 */
export class RowDecoder {
  readonly #columns: readonly DecodedColumn[]
  readonly #mode: RowMode
  readonly #interpret: RowFunction
  #compiled: RowFunction | null | undefined
  #rowsInterpreted = 0

  constructor(columns: readonly DecodedColumn[], mode: RowMode) {
    this.#columns = columns
    this.#mode = mode
    this.#interpret = interpretedRowFunction(columns, mode)
  }

  /** The function for the next rows. Ask again after a while: it gets faster. */
  rowFunction(): RowFunction {
    return this.#compiled ?? this.#interpret
  }

  /** Notes that `count` rows were interpreted, and compiles the shape once that is worth it. Returns the function to go on with. */
  interpreted(count: number): RowFunction {
    this.#rowsInterpreted += count
    if (this.#compiled === undefined && this.#rowsInterpreted >= ROWS_BEFORE_COMPILING) {
      const small = this.#columns.length <= MAX_COMPILED_COLUMNS
      this.#compiled = small ? generateRowFunction(this.#columns, this.#mode) : null
    }
    return this.rowFunction()
  }

  get compiled(): boolean {
    return this.#compiled !== undefined
  }

  /**
   * After a throw of a row function: reads the row again to say which column is at fault, and how bad it is. `lookUp` is
   * why the server could not be asked for types that are missing.
   */
  explain(
    bytes: Buffer,
    view: DataView,
    offset: number,
    end: number,
    cause: unknown,
    lookUp?: unknown,
  ): CodecError | ProtocolError {
    if (cause instanceof ProtocolError) return cause
    const [failure] = this.#failures(bytes, view, offset, end)
    if (failure === undefined) return new ProtocolError('Malformed dataRow message from the server', { cause })
    return CodecError.decode(failure.column.name, failure.column.codec.name, failure.error, lookUp)
  }

  /** The types that have to be looked up before a row can be read, of all its columns. */
  missingTypes(bytes: Buffer, view: DataView, offset: number, end: number): number[] {
    const failures = this.#failures(bytes, view, offset, end)
    return failures.flatMap(({ error }) => (error instanceof UnresolvedTypeError ? error.oids : []))
  }

  #failures(bytes: Buffer, view: DataView, offset: number, end: number): ColumnFailure[] {
    const failures: ColumnFailure[] = []
    let at = offset + 2
    for (const column of this.#columns) {
      if (at + 4 > end) break
      const length = view.getInt32(at)
      at += 4
      if (length === -1) continue
      if (length < 0 || at + length > end) break
      try {
        requireSize(column.codec, length)
        column.codec.decode(bytes, view, at, length)
      } catch (error) {
        failures.push({ column, error })
      }
      at += length
    }
    return failures
  }
}

interface ColumnFailure {
  readonly column: DecodedColumn
  readonly error: unknown
}
