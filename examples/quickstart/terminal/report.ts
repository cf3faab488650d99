import { styleText } from 'node:util'

import type { CompiledQuery } from 'kysely'

import { formatMs, formatNumber, formatTable, wrap } from './format.ts'

const SQL_WIDTH = 100
const ROWS_SHOWN = 8

interface Timing {
  readonly step: string
  readonly rows: number
  readonly ms: number
}

/** Any query of Kysely that gives rows. */
interface Query {
  compile(): CompiledQuery
  execute(): Promise<object[]>
}

/** Prints what happens, and how long each step takes. */
export class Report {
  readonly #signal: AbortSignal
  readonly #timings: Timing[] = []

  /** No step starts once `signal` is aborted. */
  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  /** Runs a step under its heading; `countRows` says how many rows it was about. */
  async step<Result>(
    heading: string,
    run: () => Promise<Result>,
    countRows: (result: Result) => number,
  ): Promise<Result> {
    this.#signal.throwIfAborted()
    this.print(`\n${styleText('bold', `-- ${heading}`)}`)
    return this.#timed(heading, run, countRows)
  }

  /** Runs a query under its heading, and shows the SQL that Kysely made and the first rows that came back. */
  async query(heading: string, query: Query): Promise<void> {
    const show = async (): Promise<object[]> => {
      for (const line of wrap(query.compile().sql, SQL_WIDTH)) this.print(styleText('dim', `   ${line}`))
      return this.#timed(heading, () => query.execute(), (rows) => rows.length)
    }
    this.#signal.throwIfAborted()
    this.print(`\n${styleText('bold', `-- ${heading}`)}`)
    this.rows(await show())
  }

  rows(rows: readonly object[]): void {
    process.stdout.write(formatTable(rows.slice(0, ROWS_SHOWN)))
    if (rows.length > ROWS_SHOWN) this.print(styleText('dim', `  … ${rows.length - ROWS_SHOWN} more`))
  }

  print(line: string): void {
    process.stdout.write(`${line}\n`)
  }

  timings(): void {
    this.print(`\n${styleText('bold', '-- Timings')}`)
    this.rows2()
  }
}
