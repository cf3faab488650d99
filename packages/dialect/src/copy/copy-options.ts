import { UsageError } from '../errors/usage-error.ts'
import { quotedIdentifier, quotedList, quotedLiteral } from './quoted.ts'

export type CopyFormat = 'text' | 'csv' | 'binary'

/** Column names, or all columns. */
export type CopyColumns = readonly string[] | '*'

/**
 * What COPY can be told of its data, either way. A server that does not know an option refuses it.
 * @see https://www.postgresql.org/docs/current/sql-copy.html
 */
export interface CopyDataOptions {
  /** What stands between the values, one byte. Default a tab in `text`, a comma in `csv`. */
  readonly delimiter?: string | undefined
  /** What stands for NULL. Default `\N` in `text`, nothing in `csv`. */
  readonly null?: string | undefined
  /** Default `"`; `csv` only. */
  readonly quote?: string | undefined
  /** Stands before a quote that is data. Default the quote; `csv` only. */
  readonly escape?: string | undefined
  /** The encoding of the data, where it is not UTF-8. */
  readonly encoding?: string | undefined
}

/** Options for COPY FROM. */
export interface CopyFromDataOptions extends CopyDataOptions {
  /** Whether the first line has the columns' names; `match` (PostgreSQL 15) has the server compare them. */
  readonly header?: boolean | 'match' | undefined
  /** What stands for a column's default (PostgreSQL 16). */
  readonly default?: string | undefined
  /** Columns of which an empty value is text and never NULL; `csv` only. */
  readonly forceNotNull?: CopyColumns | undefined
  /** Columns of which a quoted value can be NULL; `csv` only. */
  readonly forceNull?: CopyColumns | undefined
  /** Rows are stored frozen: for a table that was created or truncated in this very transaction. */
  readonly freeze?: boolean | undefined
  /** `ignore` skips rows with values that no type takes (PostgreSQL 17); not in `binary`. */
  readonly onError?: 'stop' | 'ignore' | 'set_null' | undefined
  /** How many rows `onError: 'ignore'` may skip (PostgreSQL 18). */
  readonly rejectLimit?: number | undefined
  /** What the server says of skipped rows, as notices (PostgreSQL 17). */
  readonly logVerbosity?: 'default' | 'verbose' | 'silent' | undefined
  /** A condition, as SQL, that a row has to meet to be stored. It is passed on as it is. */
  readonly where?: string | undefined
}

/** Options for COPY TO. */
export interface CopyToDataOptions extends CopyDataOptions {
  /** Whether the first line has the columns' names. */
  readonly header?: boolean | undefined
  /** Columns whose values are always quoted; `csv` only. */
  readonly forceQuote?: CopyColumns | undefined
}

type Write = (value: never) => string

const literal: Write = (value: string | number | boolean) => quotedLiteral(String(value))
const columns: Write = (value: CopyColumns) => (value === '*' ? '*' : quotedList(value))

/** How each option is written. What is not here is none of COPY's. */
const sqlOptions: Readonly<Record<string, readonly [name: string, write: Write]>> = {
  delimiter: ['delimiter', literal],
  null: ['null', literal],
  default: ['default', literal],
  header: ['header', literal],
  quote: ['quote', literal],
  escape: ['escape', literal],
  forceQuote: ['force_quote', columns],
  forceNotNull: ['force_not_null', columns],
  forceNull: ['force_null', columns],
  freeze: ['freeze', literal],
  onError: ['on_error', literal],
  rejectLimit: ['reject_limit', literal],
  logVerbosity: ['log_verbosity', literal],
  encoding: ['encoding', literal],
}

/** Those that say how bytes are to be read, and have no meaning for values. */
const byteOptions = [
  'delimiter',
  'null',
  'default',
  'header',
  'quote',
  'escape',
  'forceNotNull',
  'forceNull',
  'encoding',
]

export function requireFormat(format: unknown): CopyFormat | undefined {
  if (format === undefined || format === 'text' || format === 'csv' || format === 'binary') return format
  throw new UsageError('The format of a COPY is text, csv or binary')
}

/** The part of a COPY statement in parentheses. */
export function optionList(format: CopyFormat, options: CopyFromDataOptions | CopyToDataOptions): string {
  const given = Object.entries(options).flatMap(([option, value]) => {
    const written = Object.hasOwn(sqlOptions, option) ? sqlOptions[option] : undefined
    if (written === undefined || value === undefined) return []
    const [name, write] = written
    return [`${name} ${write(value as never)}`]
  })
  return `(${[`format ${format}`, ...given].join(', ')})`
}

/** Throws for options that are about bytes where values are given. */
export function refuseByteOptions(options: CopyFromDataOptions): void {
  const wrong = byteOptions.find((option) => options[option as keyof CopyFromDataOptions] !== undefined)
  if (wrong !== undefined) throw new UsageError(`The option ${wrong} of COPY is for bytes, and rows were given`)
}

export function columnList(names: readonly string[] | undefined): string {
  return names === undefined ? '' : ` (${names.map(quotedIdentifier).join(', ')})`
}
