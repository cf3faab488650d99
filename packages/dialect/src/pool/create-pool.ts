import type { NoticeListener } from '../client/notices.ts'
import type { ConnectionOptions } from '../config/connection-options.ts'
import { resolveConnectionSettings } from '../config/resolve-connection-settings.ts'
import { resolveReplicaSettings } from '../config/resolve-replica-settings.ts'
import { defaultTypes, type PgTypes } from '../types/profile/profile.ts'
import { type PoolOptions, resolvePoolSettings } from './pool-options.ts'
import { Pool } from './pool.ts'

/** What {@link createPool} can be told. Everything has a default. */
export interface CreatePoolOptions extends PoolOptions {
  /** A connection string or options. Without it, libpq's environment variables and defaults apply. */
  readonly connection?: string | ConnectionOptions | undefined
  /** Which JavaScript values stand for which PostgreSQL types. */
  readonly types?: PgTypes | undefined
  /** Called for each notice of the server, on whichever connection. */
  readonly onNotice?: NoticeListener | undefined
}

/** Makes a pool. Nothing is opened before it is first used, or told to `warmUp`. Throws `ConfigError` for options that cannot be. */
export function createPool(options: CreatePoolOptions = {}): Pool {
  const { connection, types, onNotice, ...pool } = options
  const primary = resolveConnectionSettings(connection)
  const settings = resolvePoolSettings(pool)
  const replicas = (pool.replicas ?? []).map((replica) => resolveReplicaSettings(replica, connection, primary))
  return new Pool({ primary, replicas }, settings, types ?? defaultTypes, onNotice)
}
