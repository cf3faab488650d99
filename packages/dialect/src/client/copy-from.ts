import type { ConnectionSettings } from '../config/connection-settings.ts'
import type { ServerSession } from '../connection/server-session.ts'
import { underTypes } from '../connection/under-types.ts'
import { byteWriter } from '../copy/byte-writer.ts'
import { copyIn, type CopyProgress, type CopyWriter } from '../copy/copy-in.ts'
import {
  type CopyFormat,
  type CopyFromDataOptions,
  columnList,
  optionList,
  refuseByteOptions,
  requireFormat,
} from '../copy/copy-options.ts'
import { type CopyTable, quotedTable } from '../copy/copy-table.ts'
import { describeColumns } from '../copy/describe-columns.ts'
import { quotedIdentifier } from '../copy/quoted.ts'
import { ROWS_LOOKED_AT, rowWriter } from '../copy/row-plan.ts'
import { isBytes, type Source } from '../copy/source.ts'
import { UsageError } from '../errors/usage-error.ts'
import { CopyTracing } from '../telemetry/copy-tracing.ts'
import type { PgTypes } from '../types/profile/profile.ts'
import { tableColumns } from './table-columns.ts'

/** Bytes in one of COPY's formats. A string is text of that format, never the name of a file. */
export type CopyBytes =
  | string
  | Uint8Array
  | ArrayBuffer
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>

/** Rows: objects by column name, or arrays in the order of the columns. */
export type CopyRows<Row extends object = object> = Iterable<Row> | AsyncIterable<Row> | ReadableStream<Row>

/** How to copy into a table. */
export interface CopyFromOptions extends CopyFromDataOptions {
  /**
   * The columns that are given; the others get their defaults. Without it, those of the first row if that is an object,
   * which no other row may then have more of, and otherwise all columns that are not generated.
   */
  readonly columns?: readonly string[] | undefined
  /**
   * Of bytes: `text` unless it says otherwise. Rows travel in `binary`, unless a column's type has no binary form or the
   * first 100 rows hold a value that only text can carry, such as the text of a timestamp; `text` has all of them do so.
   */
  readonly format?: CopyFormat | undefined
  /**
   * Takes everything back, unless all has been sent and the server was faster. The call rejects at once with the signal's
   * reason.
   */
  readonly signal?: AbortSignal | undefined
  /** Called after each 64 kB. What it throws ends the copy. */
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined
  /** Which JavaScript values stand for which PostgreSQL types, as in `QueryOptions.types`. */
  readonly types?: PgTypes | undefined
}

/** What a COPY FROM has done. */
export interface CopyFromResult {
  /** Rows that were stored, as the server counted them. */
  readonly rowCount: number
}

/** How the keys of rows, and the option `columns`, are named in the database. */
export type ColumnNames = (keys: readonly string[]) => readonly string[]

const asTheyAre: ColumnNames = (keys) => keys

export async function runCopyFrom(
  server: ServerSession,
  settings: ConnectionSettings,
  table: CopyTable,
  source: unknown,
  options: CopyFromOptions,
  columnNames: ColumnNames = asTheyAre,
): Promise<CopyFromResult> {
  const typed = underTypes(server, options.types)
  requireFormat(options.format)
  if (options.columns?.length === 0) throw new UsageError('COPY needs at least one column')
  const target = quotedTable(table)
  const tracing = CopyTracing.begin('from', server.session.traced)
  try {
    const { rowCount } = await copyIn({
      server: typed,
      settings,
      source,
      signal: options.signal,
      onProgress: options.onProgress,
      observer: tracing,
      plan: (items) => planCopy({ server: typed, settings, target, options, columnNames }, items),
    })
    tracing?.succeed(rowCount)
    return { rowCount: rowCount ?? 0 }
  } catch (error) {
    tracing?.fail(error)
    throw error
  }
}

interface CopyFrom {
  readonly server: ServerSession
  readonly settings: ConnectionSettings
  /** The table, quoted. */
  readonly target: string
  readonly options: CopyFromOptions
  readonly columnNames: ColumnNames
}

async function planCopy(copy: CopyFrom, source: Source): Promise<CopyWriter> {
  const { options } = copy
  const first = await source.look(1)
  const bytes = first.length === 0 ? options.format !== undefined : isBytes(first[0])
  return bytes ? planBytes(copy) : planRows(copy, source, first[0])
}

function planBytes({ target, options, columnNames }: CopyFrom): CopyWriter {
  const { columns, format = 'text', encoding } = options
  const sql = copySql(target, columns === undefined ? undefined : columnNames(columns), format, options)
  return byteWriter(sql, encoding)
}

async function planRows(copy: CopyFrom, source: Source, first: unknown): Promise<CopyWriter> {
  const { server, settings, target, options, columnNames } = copy
  refuseByteOptions(options)
  if (options.format === 'csv') throw new UsageError('Rows are copied in binary or text, and csv is for bytes')
  const keys = options.columns ?? keysOf(first)
  const names = keys === undefined ? await tableColumns(server, settings, target, options.signal) : columnNames(keys)
  const description = `select ${names.map(quotedIdentifier).join(', ')} from ${target} limit 0`
  const statement = await describeColumns(server, description, { settings, signal: options.signal })
  const columns = statement.codecs.map((codec, index) => ({ key: (keys ?? names)[index]!, codec }))
  const plan = {
    statement,
    columns,
    // Rows that are ignored for what they hold have to be text.
    format: options.onError === 'ignore' || options.onError === 'set_null' ? 'text' : options.format,
    exact: options.columns === undefined && keys !== undefined,
    sql: (format: CopyFormat) => copySql(target, names, format, options),
  } as const
  return rowWriter(server, plan, await source.look(ROWS_LOOKED_AT))
}

function keysOf(row: unknown): readonly string[] | undefined {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return undefined
  const keys = Object.keys(row)
  return keys.length === 0 ? undefined : keys
}

function copySql(
  target: string,
  columns: readonly string[] | undefined,
  format: CopyFormat,
  options: CopyFromOptions,
): string {
  // A table can be without columns, and a list of them cannot.
  const list = columnList(columns?.length === 0 ? undefined : columns)
  const where = options.where === undefined ? '' : ` where ${options.where}`
  return `copy ${target}${list} from stdin ${optionList(format, options)}${where}`
}
