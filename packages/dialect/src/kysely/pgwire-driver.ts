import {
  CompiledQuery,
  createQueryId,
  type DatabaseConnection,
  type Driver,
  IdentifierNode,
  type QueryCompiler,
  RawNode,
  type TransactionSettings,
} from 'kysely'

import type { Connection } from '../client/connection.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { Pool } from '../pool/pool.ts'
import type { AbortableOptions } from './abortable-options.ts'
import { abortedTransaction } from './aborted-transaction.ts'
import { NoConnection } from './no-connection.ts'
import { PgwireConnection } from './pgwire-connection.ts'
import type { PgwireDialectConfig } from './pgwire-dialect.ts'

/** Kysely's driver on a pool. */
export class PgwireDriver implements Driver {
  readonly #config: PgwireDialectConfig
  readonly #createPool: () => Pool
  readonly #connections = new WeakMap<Connection, PgwireConnection>()
  #pool: Pool | null = null

  constructor(config: PgwireDialectConfig, createPool: () => Pool) {
    this.#config = config
    this.#createPool = createPool
  }

  /** The pool; made on first use, so that a Kysely that only compiles opens nothing. */
  get pool(): Pool {
    this.#pool ??= this.#createPool()
    return this.#pool
  }

  async init(): Promise<void> {
    this.#pool ??= this.#createPool()
  }

  async acquireConnection(options?: AbortableOptions): Promise<DatabaseConnection> {
    const idle = this.pool.takeIdle()
    if (idle !== null && this.#config.onReserveConnection === undefined) {
      // The ordinary case, without another promise.
      const introduced = this.#connections.get(idle)
      if (introduced !== undefined) return introduced
    }
    try {
      return await this.#prepare(idle ?? (await this.pool.take(options?.signal)), options)
    } catch (error) {
      if (options?.signal?.aborted === true) return new NoConnection()
      throw error
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof NoConnection) return
    const { connection: released, streaming } = known(connection)
    // Whoever has left a stream open might still read from it.
    if (streaming) released.terminate()
    this.pool.giveBack(released)
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const { isolationLevel, accessMode } = settings
    if (isolationLevel === 'snapshot') throw new UsageError('PostgreSQL has no isolation level "snapshot"')
    const modes = [
      ...(isolationLevel === undefined ? [] : [`isolation level ${isolationLevel}`]),
      ...(accessMode === undefined ? [] : [accessMode]),
    ]
    await run(connection, modes.length === 0 ? 'begin' : `start transaction ${modes.join(' ')}`)
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { rows } = await run<{ command?: string }>(connection, 'commit')
    // The server answers COMMIT of a failed transaction with ROLLBACK, and without an error.
    if (rows[0]?.command === 'ROLLBACK') throw abortedTransaction()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await run(connection, 'rollback')
    } catch {
      // The end of its session rolls a transaction back just as well, and whatever led here is the better error.
      known(connection).connection.terminate()
    }
  }

  async savepoint(connection: DatabaseConnection, name: string, compile: QueryCompiler['compileQuery']): Promise<void> {
    await connection.executeQuery(compileSavepoint('savepoint', name, compile))
  }

  async rollbackToSavepoint(
    connection: DatabaseConnection,
    name: string,
    compile: QueryCompiler['compileQuery'],
  ): Promise<void> {
    await connection.executeQuery(compileSavepoint('rollback to', name, compile))
  }

  async releaseSavepoint(
    connection: DatabaseConnection,
    name: string,
    compile: QueryCompiler['compileQuery'],
  ): Promise<void> {
    await connection.executeQuery(compileSavepoint('release', name, compile))
  }

  /** Closes the pool, also one that was given to the dialect, as Kysely's own PostgreSQL dialect does. */
  async destroy(): Promise<void> {
    await this.#pool?.close()
  }

  async #prepare(connection: Connection, options: AbortableOptions | undefined): Promise<PgwireConnection> {
    const introduced = this.#connections.get(connection)
    if (introduced !== undefined && this.#config.onReserveConnection === undefined) return introduced
    try {
      return await this.#introduce(connection, introduced, options)
    } catch (error) {
      // Half prepared: neither the caller nor the pool can use it.
      connection.terminate()
      this.pool.giveBack(connection)
      throw error
    }
  }

  async #introduce(
    connection: Connection,
    known: PgwireConnection | undefined,
    options: AbortableOptions | undefined,
  ): Promise<PgwireConnection> {
    const introduced = known ?? new PgwireConnection(connection)
    if (known === undefined) {
      await this.#config.onCreateConnection?.(introduced, options)
      this.#connections.set(connection, introduced)
    }
    await this.#config.onReserveConnection?.(introduced, options)
    return introduced
  }
}

function run<Row>(connection: DatabaseConnection, sql: string): Promise<{ rows: Row[] }> {
  return connection.executeQuery<Row>(CompiledQuery.raw(sql))
}

function compileSavepoint(command: string, name: string, compile: QueryCompiler['compileQuery']): CompiledQuery {
  const node = RawNode.createWithChildren([RawNode.createWithSql(`${command} `), IdentifierNode.create(name)])
  return compile(node, createQueryId())
}

function known(connection: DatabaseConnection): PgwireConnection {
  if (!(connection instanceof PgwireConnection)) throw new UsageError('The connection is not one of this dialect')
  return connection
}
