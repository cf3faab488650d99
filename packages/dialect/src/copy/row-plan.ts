import { SendBuffer } from '../bytes/send-buffer.ts'
import { outdatesTypes } from '../connection/outdated.ts'
import type { ServerSession } from '../connection/server-session.ts'
import type { Statement } from '../connection/statement.ts'
import { placeError } from '../errors/batch-position.ts'
import { UsageError } from '../errors/usage-error.ts'
import { BINARY } from '../types/codec.ts'
import { binaryRowWriter, writeBinaryHeader, writeBinaryTrailer } from './binary-rows.ts'
import type { CopyWriter } from './copy-in.ts'
import { type CopiedColumn, fieldOf, needsText, notARow, type Row, type RowWriter } from './row-writer.ts'
import { textRowWriter } from './text-rows.ts'

/** Of the rows of a COPY, so many are looked at before it is decided whether they can travel in binary. */
export const ROWS_LOOKED_AT = 100

/** How the rows of a table are going to be written. */
export interface RowPlan {
  readonly statement: Statement
  readonly columns: readonly CopiedColumn[]
  /** Without it, what the columns and the first rows allow. */
  readonly format: 'text' | 'binary' | undefined
  /** Whether rows with other members than the columns are refused: the columns are those of the first row. */
  readonly exact: boolean
  sql(format: 'text' | 'binary'): string
}

export function rowWriter(server: ServerSession, plan: RowPlan, first: readonly unknown[]): CopyWriter {
  const { columns, statement, exact } = plan
  const format =
    plan.format ??
    (columns.every(({ codec }) => codec.format === BINARY) && fitBinary(columns, first) ? 'binary' : 'text')
  const binary = format === 'binary'
  if (binary) requireBinary(columns)
  const write: RowWriter = binary ? binaryRowWriter(columns) : textRowWriter(columns)
  let rows = 0
  return {
    sql: plan.sql(format),
    get rows() {
      return rows
    },
    begin: (chunk) => {
      if (binary) writeBinaryHeader(chunk.out)
    },
    write: (row, chunk) => {
      try {
        if (exact) requireNoOthers(row, columns.length)
        write(row, chunk.out)
      } catch (error) {
        throw placeError(error as Error, { rowIndex: rows })
      }
      rows++
      return true
    },
    end: (chunk) => {
      if (binary) writeBinaryTrailer(chunk.out)
    },
    failed: (error) => {
      if (error instanceof Error && outdatesTypes(error)) server.catalog.forgetTypes(statement.generation)
    },
  }
}

/** Whether no value among the first rows is one that only text can carry. Other mistakes are found when it is written. */
function fitBinary(columns: readonly CopiedColumn[], rows: readonly unknown[]): boolean {
  const scratch = new SendBuffer()
  return rows.every((row) =>
    columns.every(({ key, codec }, index) => {
      if (typeof row !== 'object' || row === null) return true
      const value = fieldOf(row as Row, index, key)
      if (value === null || value === undefined) return true
      try {
        if (needsText(codec, value)) return false
        // The server reads more texts than a codec does: then it is asked.
        if (typeof value === 'string' && !codec.ownStrings) codec.encode(value, scratch)
      } catch {
        return typeof value !== 'string'
      } finally {
        scratch.truncate(0)
      }
      return true
    }),
  )
}

function requireBinary(columns: readonly CopiedColumn[]): void {
  const text = columns.find(({ codec }) => codec.format !== BINARY)
  if (text !== undefined)
    throw new UsageError(`Column ${JSON.stringify(text.key)} travels as text: COPY cannot be binary`)
}

/** `for in` makes no array of the keys. */
function requireNoOthers(row: unknown, columns: number): void {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return
  let members = 0
  for (const _ in row) members++
  if (members > columns) {
    throw notARow('it has members that the first row does not have; give the option columns')
  }
}
