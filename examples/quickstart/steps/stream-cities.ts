import type { Kysely } from 'kysely'

import type { DB } from '../database-types.generated.ts'

/** Rows fetched at a time. While one batch is being used the next is on its way, and there are never more. */
const BATCH_ROWS = 1_000

export interface StreamSummary {
  readonly rows: number
  readonly longestName: string
  /** The highest values seen, in megabytes. */
  readonly rss_mb: number
  readonly heap_mb: number
}

/** Reads the whole table row by row; `signal` stops it. */
export async function streamCities(db: Kysely<DB>, signal: AbortSignal): Promise<StreamSummary> {
  let rows = 0
  let longestName = ''
  let { rss, heapUsed } = process.memoryUsage()
  for await (const { name } of db.selectFrom('cities').selectAll().stream(BATCH_ROWS)) {
    if (name.length > longestName.length) longestName = name
    if (++rows % BATCH_ROWS !== 0) continue
    // Leaving the loop, here by throwing, closes the stream and frees its connection.
    signal.throwIfAborted()
    const memory = process.memoryUsage()
    rss = Math.max(rss, memory.rss)
    heapUsed = Math.max(heapUsed, memory.heapUsed)
  }
  return { rows, longestName, rss_mb: megabytes(rss), heap_mb: megabytes(heapUsed) }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
