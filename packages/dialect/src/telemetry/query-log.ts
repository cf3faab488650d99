import { styleText } from 'node:util'

import type { ErrorSummary } from './error-summary.ts'
import type { QueryVerb, TracedConnection } from './traces.ts'

/** One line of a query log, as data. Without values, unless they were asked for. */
export interface QueryLogEntry {
  readonly verb: QueryVerb | 'copy'
  readonly sql: string
  readonly durationMs: number
  /** It took at least as long as `slowMs`. */
  readonly slow: boolean
  readonly rowCount: number | null | undefined
  readonly tag: string | undefined
  readonly bytesSent: number | undefined
  readonly bytesReceived: number | undefined
  readonly roundTrips: number | undefined
  readonly statementCacheHit: boolean | undefined
  /** Only with the option `values`. */
  readonly parameters?: readonly unknown[]
  readonly error: ErrorSummary | undefined
  readonly connection: TracedConnection
}

/** How to write an entry as text. */
export interface QueryLogFormat {
  /** Escape sequences of terminals. Default false. */
  readonly colours?: boolean | undefined
  /** The statement is cut behind so many characters. Default 1000. */
  readonly maxSqlLength?: number | undefined
}

const DEFAULT_SQL_LENGTH = 1_000

/** An entry as one line of text, such as `  1.42 ms  select name from users  1 row`. */
export function formatQueryLog(entry: QueryLogEntry, format: QueryLogFormat = {}): string {
  const { colours = false, maxSqlLength = DEFAULT_SQL_LENGTH } = format
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colours ? styleText(style, text, { validateStream: false }) : text
  const { durationMs, slow, tag, error, parameters } = entry
  const duration = `${durationMs.toFixed(2).padStart(8)} ms`
  const parts = [
    paint(error !== undefined ? 'red' : slow ? 'yellow' : 'green', duration),
    ...(slow ? [paint('yellow', 'slow')] : []),
    ...(tag === undefined ? [] : [paint('magenta', oneLine(tag))]),
    paint('cyan', shortened(oneLine(entry.sql), maxSqlLength)),
    ...(parameters === undefined || parameters.length === 0 ? [] : [shortened(written(parameters), maxSqlLength)]),
    paint('dim', error === undefined ? rows(entry.rowCount) : ''),
    ...(error === undefined ? [] : [paint('red', failure(error))]),
  ]
  return parts.filter((part) => part !== '').join('  ')
}

/** What is between the lines of a statement is one space; other control characters could forge lines or colours. */
function oneLine(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, '\uFFFD')
    .trim()
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`
}

function rows(count: number | null | undefined): string {
  if (typeof count !== 'number') return ''
  return count === 1 ? '1 row' : `${count} rows`
}

function failure({ name, code, message }: ErrorSummary): string {
  return oneLine([name, code, message].filter((part) => part !== undefined).join(' '))
}

function written(parameters: readonly unknown[]): string {
  const texts = parameters.map((value) => {
    if (typeof value === 'bigint') return `${value}n`
    if (value instanceof Uint8Array) return `<${value.length} bytes>`
    try {
      return JSON.stringify(value) ?? String(value)
    } catch {
      return `<${typeof value}>`
    }
  })
  return oneLine(`[${texts.join(', ')}]`)
}
