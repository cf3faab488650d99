import type { Connection } from './connection.ts'
import { pause } from './pause.ts'
import type { CommitMark } from './transaction-id.ts'

/** How long the server may take to notice that the connection is lost, and to end the transaction. */
const PATIENCE_MS = 5_000
const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 200

const SECONDS = /^\d+(?:\.\d+)?$/

/**
 * Asks the server on another connection what has become of a transaction whose COMMIT was not answered. `unknown` where it
 * cannot tell: it is not reached, it is a standby, or its history has forked since.
 *
 * A server that has crashed gives the numbers of lost transactions out again. It also begins its statistics anew, which
 * tells: what is committed under the number then may be another transaction.
 */
export async function resolveCommit(
  { id, timeline, time }: CommitMark,
  connect: () => Promise<Connection>,
): Promise<'committed' | 'aborted' | 'unknown'> {
  if (!/^\d+$/.test(id) || !SECONDS.test(time)) return 'unknown'
  try {
    const connection = await connect()
    try {
      const deadline = performance.now() + PATIENCE_MS
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
        const [result] = await connection.execute(
          `select pg_catalog.pg_xact_status('${id}'),
            pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8),
            extract(epoch from pg_catalog.pg_stat_get_bgwriter_stat_reset_time()) < ${time}`,
        )
        const [status, currentTimeline, uncrashed] = result?.rows[0] ?? []
        if (currentTimeline !== timeline) return 'unknown'
        if (status === 'committed') return uncrashed === 't' ? 'committed' : 'unknown'
        if (status === 'aborted') return 'aborted'
        if (status !== 'in progress' || performance.now() >= deadline) return 'unknown'
        await pause(pauseMs)
      }
    } finally {
      connection.terminate()
    }
  } catch {
    return 'unknown'
  }
}
