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
import { failedCommit } from '../client/failed-commit.ts'
import { isLost } from '../client/lost.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { Pool } from '../pool/pool.ts'
import type { AbortableOptions } from './abortable-options.ts'
import { abortedTransaction } from './aborted-transaction.ts'
import { NoConnection } from './no-connection.ts'
import { PgwireConnection } from './pgwire-connection.ts'
import type { PgwireDialectConfig } from './pgwire-dialect.ts'
import { withoutTimeLimit } from './query-options.ts'

/** Kysely's driver on a pool. */
export class PgwireDriver implements Driver {
  readonly #config: PgwireDialectConfig
  readonly #createPool: () => Pool
  /** Those that `onCreateConnection` has seen. */
  readonly #known = new WeakSet<Connection>()
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
    const connection = new PgwireConnection(this.pool, options?.signal)
    const { onCreateConnection, onReserveConnection } = this.#config
    if (onCreateConnection === undefined && onReserveConnection === undefined) return connection
    // What a hook has done to a session is for whoever has the connection, who has it alone then.
    try {
      await this.#introduce(connection, options)
    } catch (error) {
      if (options?.signal?.aborted === true) return new NoConnection()
      throw error
    }
    return connection
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof PgwireConnection) connection.release()
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const { isolationLevel, accessMode } = settings
    if (isolationLevel === 'snapshot') throw new UsageError('PostgreSQL has no isolation level "snapshot"')
    const modes = [
      ...(isolationLevel === undefined ? [] : [`isolation level ${isolationLevel}`]),
      ...(accessMode === undefined ? [] : [accessMode]),
    ]
    const begin = modes.length === 0 ? 'begin' : `start transaction ${modes.join(' ')}`
    await run(connection, begin).catch((error: unknown) => {
      // A transaction of which only the beginning is lost has no effect.
      if (isLost(error)) error.outcome = 'rolled-back'
      throw error
    })
    known(connection).trackTransaction(accessMode !== 'read only')
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const lease = known(connection)
    const id = lease.endTransaction()
    // In the same flight as the COMMIT, where nothing has told it yet.
    if (lease.connection.transactionStatus === 'T') id?.ask()
    const { rows } = await run<{ command?: string }>(connection, 'commit').catch(async (error: unknown) => {
      if (id === null) throw error
      await failedCommit(error, id, () => lease.connection.openAnother())
      return { rows: [] }
    })
    // The server answers COMMIT of a failed transaction with ROLLBACK, and without an error.
    if (rows[0]?.command === 'ROLLBACK') throw abortedTransaction()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    known(connection).endTransaction()
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

  async #introduce(connection: PgwireConnection, options: AbortableOptions | undefined): Promise<void> {
    const taken = await connection.bind()
    try {
      if (!this.#known.has(taken)) await this.#config.onCreateConnection?.(connection, options)
      this.#known.add(taken)
      await this.#config.onReserveConnection?.(connection, options)
    } catch (error) {
      // Half prepared: neither the caller nor the pool can use it.
      taken.terminate()
      connection.release()
      throw error
    }
  }
}

function run<Row>(connection: DatabaseConnection, sql: string): Promise<{ rows: Row[] }> {
  return connection.executeQuery<Row>(withoutTimeLimit(CompiledQuery.raw(sql)))
}

function compileSavepoint(command: string, name: string, compile: QueryCompiler['compileQuery']): CompiledQuery {
  const node = RawNode.createWithChildren([RawNode.createWithSql(`${command} `), IdentifierNode.create(name)])
  return withoutTimeLimit(compile(node, createQueryId()))
}

function known(connection: DatabaseConnection): PgwireConnection {
  if (!(connection instanceof PgwireConnection)) throw new UsageError('The connection is not one of this dialect')
  return connection
}
