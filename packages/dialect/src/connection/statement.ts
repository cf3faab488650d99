import { BINARY, type Codec, type Format, TEXT } from '../types/codec.ts'
import { inFormat } from '../types/in-format.ts'
import { RowDecoder } from '../types/rows/row-decoder.ts'
import type { RowMode } from '../types/rows/row-function.ts'
import type { FieldDescription } from '../wire/descriptions.ts'
import { leavesTraces } from './leaves-traces.ts'

/**
 * Longer statements are described anew for every use, and kept by nobody. They are mostly inserts of many rows, one text
 * for each number of rows: 20,000 parameters take half a megabyte here and several on the server, for each connection.
 */
export const MAX_KEPT_SQL_LENGTH = 16_384

/** About what a description takes: as it is, and for each of its parameters and columns. Of ten columns it takes 2 kB. */
const DESCRIPTION_BYTES = 256
const PARAMETER_BYTES = 32
const COLUMN_BYTES = 192

/** A column of a result. */
export interface Column {
  readonly name: string
  /** OID of the type, as the server describes the column; a domain appears as its base type. */
  readonly typeOid: number
  /** `pg_type.typname`: of the base type, unless the domain has a codec of its own. */
  readonly type: string
  readonly typeModifier: number
  /** OID of the table that the column comes from, or 0. */
  readonly tableOid: number
  /** Number of the column in that table, or 0. */
  readonly columnNumber: number
  /**
   * How the server is asked to send values of the type. `text` where its text says more than its binary form, or where
   * nobody knows that form: a type of an extension without a codec is a string, as the server prints it.
   */
  readonly format: 'binary' | 'text'
}

/** What a description says of a column, and a {@link Column} as well. */
export type ResultField = Pick<FieldDescription, 'name' | 'typeOid' | 'typeModifier' | 'tableOid' | 'columnNumber'>

/** What the server said of a statement, and what follows from it. Independent of a connection, so a pool shares it. */
export class Statement {
  readonly sql: string
  readonly parameterOids: readonly number[]
  readonly parameterCodecs: readonly Codec[]
  readonly columns: readonly Column[]
  /** Bind's result formats: none for all text, one for all, else one for each column. */
  readonly resultFormats: readonly Format[]
  /** How often the catalog had forgotten all types when this was described. */
  readonly generation: number
  /** Whether its description may be kept. */
  readonly kept: boolean
  /** Whether it may be prepared under a name. */
  readonly named: boolean
  /** What it takes of the memory that caches may fill: its text in UTF-8, and about as much as its description takes. */
  readonly sizeBytes: number
  readonly #codecs: readonly Codec[]
  #objects: RowDecoder | undefined
  #arrays: RowDecoder | undefined
  #leavesTraces: boolean | undefined

  constructor(
    sql: string,
    parameterOids: readonly number[],
    parameterCodecs: readonly Codec[],
    fields: readonly ResultField[],
    codecs: readonly Codec[],
    generation: number,
    kept: boolean = true,
    named: boolean = kept,
  ) {
    this.generation = generation
    this.kept = kept
    this.named = named
    this.sizeBytes =
      Buffer.byteLength(sql) + DESCRIPTION_BYTES + parameterOids.length * PARAMETER_BYTES + fields.length * COLUMN_BYTES
    this.sql = sql
    this.parameterOids = parameterOids
    this.parameterCodecs = parameterCodecs
    this.#codecs = codecs
    this.columns = fields.map((field, index) => describeColumn(field, codecs[index]!))
    this.resultFormats = resultFormats(codecs)
  }

  /** Whether whoever uses a session next may notice that this ran there. */
  get leavesTraces(): boolean {
    return (this.#leavesTraces ??= leavesTraces(this.sql))
  }

  /** The codecs of the columns, in order. */
  get codecs(): readonly Codec[] {
    return this.#codecs
  }

  rowDecoder(mode: RowMode): RowDecoder {
    if (mode === 'array') return (this.#arrays ??= this.#newDecoder('array'))
    return (this.#objects ??= this.#newDecoder('object'))
  }

  /** Whether rows bound with this statement's formats can be read by its decoder when the server describes `fields`. */
  describes(fields: readonly ResultField[]): boolean {
    return (
      fields.length === this.columns.length &&
      fields.every((field, index) => {
        const column = this.columns[index]!
        return field.typeOid === column.typeOid && field.name === column.name
      })
    )
  }

  /** The decoder of rows that were asked for as `asked` says, in its formats. Null when one of them cannot be read. */
  rowDecoderFor(asked: Statement, mode: RowMode): RowDecoder | null {
    if (this.resultFormats.join() === asked.resultFormats.join()) return this.rowDecoder(mode)
    const columns = this.columns.flatMap(({ name }, index) => {
      const codec = inFormat(this.#codecs[index]!, asked.#formatOf(index))
      return codec === undefined ? [] : [{ name, codec }]
    })
    return columns.length === this.columns.length ? new RowDecoder(columns, mode) : null
  }

  #formatOf(index: number): Format {
    const formats = this.resultFormats
    return (formats.length === 1 ? formats[0] : formats[index]) ?? TEXT
  }

  #newDecoder(mode: RowMode): RowDecoder {
    return new RowDecoder(
      this.columns.map(({ name }, index) => ({ name, codec: this.#codecs[index]! })),
      mode,
    )
  }
}

function describeColumn(field: ResultField, codec: Codec): Column {
  return {
    name: field.name,
    typeOid: field.typeOid,
    type: codec.name,
    typeModifier: field.typeModifier,
    tableOid: field.tableOid,
    columnNumber: field.columnNumber,
    format: codec.format === BINARY ? 'binary' : 'text',
  }
}

function resultFormats(codecs: readonly Codec[]): readonly Format[] {
  const formats = codecs.map((codec) => codec.format)
  if (formats.every((format) => format !== BINARY)) return []
  return formats.every((format) => format === BINARY) ? [BINARY] : formats
}
