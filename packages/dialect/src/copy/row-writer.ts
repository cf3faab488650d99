import type { SendBuffer } from '../bytes/send-buffer.ts'
import { CodecError, InvalidValueError } from '../errors/codec-error.ts'
import { type Codec, TEXT } from '../types/codec.ts'
import { readsTexts } from './reads-texts.ts'

/** A column that rows are copied into. */
export interface CopiedColumn {
  /** Under which a row that is an object has the value. */
  readonly key: string
  readonly codec: Codec
}

/** Appends one row. Throws `CodecError`, and what it has written then is not to be sent. */
export type RowWriter = (row: unknown, out: SendBuffer) => void

export type Row = readonly unknown[] | Readonly<Record<string, unknown>>

/** A row is an object by column name, or an array in the order of the columns. */
export function requireRow(row: unknown, columns: number): Row {
  if (typeof row !== 'object' || row === null) throw notARow('it is neither an object nor an array')
  if (Array.isArray(row) && row.length !== columns) throw notARow(`it has ${row.length} values for ${columns} columns`)
  return row as Row
}

export function notARow(reason: string): CodecError {
  return CodecError.encodeCopied('a row', new InvalidValueError(reason))
}

/** The value of a column in a row. */
export function fieldOf(row: Row, index: number, key: string): unknown {
  return Array.isArray(row) ? (row[index] as unknown) : (row as Readonly<Record<string, unknown>>)[key]
}

export function refuseUndefined(): never {
  throw new InvalidValueError('undefined is not a value; NULL is null')
}

/** Why binary cannot carry a value for which text was needed: nobody knew when the first rows were looked at. */
export function refuseText(): never {
  throw new InvalidValueError("a value that only text can carry; give the option format: 'text'")
}

/** Whether the value is one for the server's own input. */
export function needsText(codec: Codec, value: unknown): boolean {
  if (codec.format === TEXT) return true
  if (typeof value === 'string') return !readsTexts(codec)
  return value !== null && value !== undefined && codec.prefersText?.(value) === true
}
