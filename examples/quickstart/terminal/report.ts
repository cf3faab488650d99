import { styleText } from 'node:util'

import type { CompiledQuery } from 'kysely'

import { formatMs, formatNumber, formatTable, wrap } from './format.ts'

const SQL_WIDTH = 100
const ROWS_SHOWN = 8
/** Below this a rate says more about the single round trip than about the work. */
const FEWEST_ROWS_FOR_A_RATE = 500

interface Timing {
  readonly step: string
  readonly rows: number
  readonly ms: number
}

/** Any query of Kysely that gives rows. */
interface Query {
  compile(): CompiledQuery
  execute(): Promise<readonly object[]>
}

/** Prints what happens, and how long each step takes. */
export class Report {
  readonly #signal: AbortSignal
  readonly #timings: Timing[] = []

  /** No step starts once `signal` is aborted. */
  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  /** Runs a step under its heading. `rowsOf` says how many rows it was about. */
  async step<Result>(
    step: string,
    run: () => Promise<Result>,
    rowsOf: (result: Result) => number = () => 0,
  ): Promise<Result> {
    this.#heading(step)
    const start = performance.now()
    const result = await run()
    const timing = { step, rows: rowsOf(result), ms: performance.now() - start }
    this.#timings.push(timing)
    this.dim(summary(timing))
    return result
  }

  /** Runs a query under its heading, between the SQL that Kysely made of it and the first rows that came back. */
  async query(step: string, query: Query): Promise<void> {
    const run = (): Promise<readonly object[]> => {
      for (const line of wrap(query.compile().sql, SQL_WIDTH)) this.dim(line)
      return query.execute()
    }
    this.rows(await this.step(step, run, (rows) => rows.length))
  }

  rows(rows: readonly object[]): void {
    for (const line of formatTable(rows.slice(0, ROWS_SHOWN))) this.line(line)
    if (rows.length > ROWS_SHOWN) this.dim(`… and ${rows.length - ROWS_SHOWN} more`)
  }

  line(text: string): void {
    process.stdout.write(`   ${text}\n`)
  }

  dim(text: string): void {
    this.line(styleText('dim', text))
  }

  /** Ends the report. */
  timings(): void {
    this.#heading('Timings')
    const table = this.#timings.map(({ step, rows, ms }) => ({
      step,
      rows: rows === 0 ? '' : formatNumber(rows),
      time: formatMs(ms),
      'rows/s': rows < FEWEST_ROWS_FOR_A_RATE ? '' : formatNumber(rate(rows, ms)),
    }))
    for (const line of formatTable(table)) this.line(line)
  }

  #heading(text: string): void {
    this.#signal.throwIfAborted()
    process.stdout.write(`\n${styleText('bold', `-- ${text}`)}\n`)
  }
}

function summary({ rows, ms }: Timing): string {
  return rows === 0 ? formatMs(ms) : `${formatNumber(rows)} ${rows === 1 ? 'row' : 'rows'} in ${formatMs(ms)}`
}

function rate(rows: number, ms: number): number {
  return Math.round((rows / ms) * 1_000)
}
