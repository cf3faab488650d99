import type { Kysely, Transaction } from 'kysely'

import { listenTo } from '../client/listen-to.ts'
import type { ConnectionOptions } from '../config/connection-options.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { ListenCallbacks, ListenOptions } from '../listen/listen-options.ts'
import type { Listener } from '../listen/listener.ts'
import { Pool } from '../pool/pool.ts'
import { PgwireAdapter } from './pgwire-adapter.ts'

/**
 * Listens to one channel or several, on a connection of its own: beside a Kysely or a pool, which closes it when it is
 * closed itself, or with the connection string or options that are given.
 *
 * ```ts
 * for await (const event of await listen(db, 'jobs')) {
 *   if (event.type === 'gap') await readEverythingAgain()
 *   else await run(event.payload)
 * }
 * ```
 *
 * Resolves when the server listens, and rejects when it will not. After that, a lost connection is opened again, and a
 * gap comes before whatever may have been missed because of it. With a transaction it listens no less at once, and
 * longer than that lasts. Not through a pooler that shares connections among transactions.
 */
export function listen<DB>(
  source: Kysely<DB> | Transaction<DB> | Pool | string | ConnectionOptions,
  channels: string | readonly string[],
  options?: ListenOptions & Partial<ListenCallbacks>,
): Promise<Listener> {
  const list = typeof channels === 'string' ? [channels] : channels
  if (source instanceof Pool) return source.listen(list, options)
  if (typeof source === 'object' && 'getExecutor' in source) return poolOf(source).listen(list, options)
  return listenTo(source, list, options)
}

function poolOf<DB>(db: Kysely<DB>): Pool {
  const { adapter } = db.getExecutor()
  if (!(adapter instanceof PgwireAdapter)) {
    throw new UsageError('This function needs a Kysely with the dialect of kysely-pgwire')
  }
  return adapter.pool
}
