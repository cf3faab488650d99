import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

import { type Kysely, sql } from 'kysely'

import type { DB } from '../database-types.generated.ts'

const GONE_WITHIN_MS = 5_000

/** Starts a query of one minute, gives it up, and waits until the server has stopped working on it, too. */
export async function cancelQuery(db: Kysely<DB>, afterMs: number): Promise<void> {
  const signal = AbortSignal.timeout(afterMs)
  const slow = sql`select pg_sleep(60) as kysely_pgwire_quickstart`
  const given = slow.execute(db, { signal, inflightQueryAbortStrategy: 'cancel query' })
  await assert.rejects(given, { name: 'TimeoutError' })

  const deadline = AbortSignal.timeout(GONE_WITHIN_MS)
  while (await isRunning(db)) await sleep(5, undefined, { signal: deadline })
}

async function isRunning(db: Kysely<DB>): Promise<boolean> {
  const { rows } = await sql<{ running: boolean }>`
    select exists (
      select from pg_stat_activity
      where state = 'active' and query like 'select pg_sleep(60) as kysely_pgwire_quickstart%'
    ) as running`.execute(db)
  return rows[0]?.running ?? false
}
