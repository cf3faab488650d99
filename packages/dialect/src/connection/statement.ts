import { BINARY, type Codec, type Format } from '../types/codec.ts'
import { RowDecoder } from '../types/row-decoder.ts'
import type { RowMode } from '../types/row-function.ts'
import type { FieldDescription } from '../wire/descriptions.ts'

/**
 * Longer statements are described anew for every use, and kept by nobody. They are mostly inserts of many rows, one text
 * for each number of rows: 20,000 parameters take half a megabyte here and several on the server, for each connection.
 */
export const MAX_KEPT_SQL_LENGTH = 16_384

/** A column of a result. */
export interface Column {
  readonly name: string
  /** OID of the type, as the server describes the column; a domain appears as its base type. */
  readonly typeOid: number
  /** `pg_type.typname`. */
  readonly type: string
  readonly typeModifier: number
  /** OID of the table that the column comes from, or 0. */
  readonly tableOid: number
  /** Number of the column in that table, or 0. */
  readonly columnNumber: number
  /** Whether the server sends the type as text because it has no binary form that we know. */
  readonly format: 'binary' | 'text'
}

/** What the server said of a statement, and what follows from it. Independent of a connection, so a pool shares it. */
export class Statement {
  readonly sql: string
  readonly parameterOids: readonly number[]
  readonly parameterCodecs: readonly Codec[]
  readonly columns: readonly Column[]
  /** Bind's result formats: none for all text, one for all, else one for each column. */
  readonly resultFormats: readonly Format[]
  readonly #codecs: readonly Codec[]
  #objects: RowDecoder | undefined
  #arrays: RowDecoder | undefined

  constructor(
    sql: string,
    parameterOids: readonly number[],
    parameterCodecs: readonly Codec[],
    fields: readonly FieldDescription[],
    codecs: readonly Codec[],
  ) {
    this.sql = sql
    this.parameterOids = parameterOids
    this.parameterCodecs = parameterCodecs
    this.#codecs = codecs
    this.columns = fields.map((field, index) => describeColumn(field, codecs[index]!))
    this.resultFormats = resultFormats(codecs)
  }

  rowDecoder(mode: RowMode): RowDecoder {
    if (mode === 'array') return (this.#arrays ??= this.#newDecoder('array'))
    return (this.#objects ??= this.#newDecoder('object'))
  }

  /** Whether rows bound with this statement's formats can be read by its decoder when the server describes `fields`. */
  describes(fields: readonly FieldDescription[]): boolean {
    return (
      fields.length === this.columns.length &&
      fields.every((field, index) => {
        const column = this.columns[index]!
        return field.typeOid === column.typeOid && field.name === column.name
      })
    )
  }

  /** Whether rows that were asked for in the formats of `other` are what this decoder expects. */
  readsFormatsOf(other: Statement): boolean {
    return this.resultFormats.join() === other.resultFormats.join()
  }

  #newDecoder(mode: RowMode): RowDecoder {
    return new RowDecoder(
      this.columns.map(({ name }, index) => ({ name, codec: this.#codecs[index]! })),
      mode,
    )
  }
}

function describeColumn(field: FieldDescription, codec: Codec): Column {
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
