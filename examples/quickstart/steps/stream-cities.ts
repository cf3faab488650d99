import type { Kysely } from 'kysely'

import type { DB } from '../database.ts'

/** Rows fetched at a time. While one batch is being used the next is on its way, and there are never more. */
const BATCH_ROWS = 1_000

export interface StreamSummary {
  readonly rows: number
  readonly longestName: string
  readonly memory: readonly MemorySample[]
}

interface MemorySample {
  readonly moment: string
  readonly rss_mb: number
  readonly heap_mb: number
}

/** Reads the whole table row by row. */
export async function streamCities(db: Kysely<DB>, signal: AbortSignal): Promise<StreamSummary> {
  const before = memory('before')
  let highest = before
  let rows = 0
  let longestName = ''
  for await (const { name } of db.selectFrom('cities').selectAll().stream(BATCH_ROWS, { signal })) {
    rows++
    if (name.length > longestName.length) longestName = name
    if (rows % BATCH_ROWS === 0) {
      const sample = memory('highest')
      if (sample.rss_mb > highest.rss_mb) highest = sample
    }
  }
  return { rows, longestName, memory: [before, { ...highest, moment: 'highest' }, memory('after')] }
}

function memory(moment: string): MemorySample {
  const { rss, heapUsed } = process.memoryUsage()
  return { moment, rss_mb: megabytes(rss), heap_mb: megabytes(heapUsed) }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
