import {
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
} from 'kysely'

import type { Connection } from '../client/connection.ts'
import type { ConnectionOptions } from '../config/connection-options.ts'
import { ConfigError } from '../errors/config-error.ts'
import { createPool } from '../pool/create-pool.ts'
import type { PoolOptions } from '../pool/pool-options.ts'
import { Pool } from '../pool/pool.ts'
import { defaultTypes, type PgTypes } from '../types/profile/profile.ts'
import type { AbortableOptions } from './abortable-options.ts'
import { PgwireAdapter } from './pgwire-adapter.ts'
import { PgwireConnection } from './pgwire-connection.ts'
import { PgwireDriver } from './pgwire-driver.ts'
import { keepingQueryOptions } from './query-options.ts'

/** A hook for connections. Should it throw, the connection is closed and whoever asked for it gets the error. */
export type ConnectionHook = (connection: DatabaseConnection, options?: AbortableOptions) => Promise<void>

/** What {@link PgwireDialect} can be told. Everything has a default. */
export interface PgwireDialectConfig {
  /** A connection string or options. Without it, libpq's environment variables and defaults apply. */
  readonly connection?: string | ConnectionOptions | undefined
  /** Options of the pool, or a pool of `createPool`, which `db.destroy()` closes. */
  readonly pool?: PoolOptions | Pool | undefined
  /** Which JavaScript values stand for which PostgreSQL types. */
  readonly types?: PgTypes | undefined
  /**
   * Called once for each new connection, before its first use, and once more after a reset that may have undone it: as the
   * `onConnect` of the pool, and without a signal, unless the pool is one that was given.
   */
  readonly onCreateConnection?: ConnectionHook | undefined
  /** Called each time a connection is taken from the pool. */
  readonly onReserveConnection?: ConnectionHook | undefined
}

/**
 * PostgreSQL for Kysely, on a driver that speaks the binary protocol.
 *
 * ```ts
 * const db = new Kysely<DB>({ dialect: new PgwireDialect({ connection: 'postgres://app@localhost/shop' }) })
 * ```
 *
 * Nothing is opened before the first query. `db.destroy()` closes everything: it lets what runs and waits finish, and
 * cancels what takes longer than 10 seconds.
 */
export class PgwireDialect implements Dialect {
  readonly #config: PgwireDialectConfig
  #driver: PgwireDriver | null = null

  constructor(config: PgwireDialectConfig = {}) {
    this.#config = { ...config }
  }

  /** The profile of all its connections. */
  get types(): PgTypes {
    const { pool, types } = this.#config
    return pool instanceof Pool ? pool.types : (types ?? defaultTypes)
  }

  createDriver(): Driver {
    this.#driver = new PgwireDriver(this.#config, () => poolOf(this.#config))
    return this.#driver
  }

  createQueryCompiler(): QueryCompiler {
    return keepingQueryOptions(new PostgresQueryCompiler())
  }

  /** Kysely asks for the driver first. */
  createAdapter(): DialectAdapter {
    return new PgwireAdapter(this.#driver ?? (this.createDriver() as PgwireDriver))
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new PostgresIntrospector(db)
  }
}

function poolOf({ connection, pool, types, onCreateConnection, onReserveConnection }: PgwireDialectConfig): Pool {
  const replicated = pool?.replicas !== undefined && pool.replicas.length > 0
  if (replicated && (onReserveConnection !== undefined || (pool instanceof Pool && onCreateConnection !== undefined))) {
    // They are called with a connection before anybody has said what for.
    throw new ConfigError('With replicas, hooks of the dialect cannot be used: use onConnect and onAcquire of the pool')
  }
  if (pool instanceof Pool) {
    if (connection === undefined && types === undefined) return pool
    throw new ConfigError('A pool that is given has its connection and types already')
  }
  const made: Pool = createPool({
    ...pool,
    ...(connection === undefined ? {} : { connection }),
    ...(types === undefined ? {} : { types }),
    ...(onCreateConnection === undefined
      ? {}
      : {
          onConnect: async (opened: Connection) => {
            await pool?.onConnect?.(opened)
            await onCreateConnection(PgwireConnection.on(made, opened))
          },
        }),
  })
  return made
}
