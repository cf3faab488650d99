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
import { Pool } from '../pool/pool.ts'
import { isForReplica } from '../pool/reading-options.ts'
import { TransactionTracing } from '../telemetry/transaction-tracing.ts'
import type { AbortableOptions } from './abortable-options.ts'
import { abortedTransaction } from './aborted-transaction.ts'
import { NoConnection } from './no-connection.ts'
import { PgwireConnection } from './pgwire-connection.ts'
import type { ConnectionHook, PgwireDialectConfig } from './pgwire-dialect.ts'
import { withoutTimeLimit } from './query-options.ts'

/** As many as there may be queries at once, more or less. */
const MAX_SPARE = 256

/** Kysely's driver on a pool. */
export class PgwireDriver implements Driver {
  readonly #config: PgwireDialectConfig
  readonly #createPool: () => Pool
  /** Those that `onCreateConnection` has seen, and after how many resets. */
  readonly #known = new WeakMap<Connection, number>()
  /** Kysely keeps a note of each object that it gets, and has a look at it: 0.5 µs less for one that it knows. */
  readonly #spare: PgwireConnection[] = []
  /** Of transactions that run while telemetry is subscribed to. */
  readonly #tracings = new WeakMap<DatabaseConnection, TransactionTracing>()
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
    const connection = this.#spare.pop() ?? new PgwireConnection(this.pool)
    connection.acquire(options)
    const { onReserveConnection } = this.#config
    if (this.#onCreateConnection === undefined && onReserveConnection === undefined) return connection
    // What a hook has done to a session is for whoever has the connection, who has it alone then.
    try {
      await this.#introduce(connection, options)
    } catch (error) {
      if (options?.signal?.aborted === true) return new NoConnection()
      throw error
    }
    return connection
  }

  /** A pool that the dialect has made calls it; one that was given knows nothing of it. */
  get #onCreateConnection(): ConnectionHook | undefined {
    return this.#config.pool instanceof Pool ? this.#config.onCreateConnection : undefined
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (!(connection instanceof PgwireConnection) || !connection.release()) return
    if (this.#spare.length < MAX_SPARE) this.#spare.push(connection)
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const { isolationLevel, accessMode } = settings
    if (isolationLevel === 'snapshot') throw new UsageError('PostgreSQL has no isolation level "snapshot"')
    const modes = [
      ...(isolationLevel === undefined ? [] : [`isolation level ${isolationLevel}`]),
      ...(accessMode === undefined ? [] : [accessMode]),
    ]
    if (isForReplica(settings)) await known(connection).bindReading([])
    const begin = modes.length === 0 ? 'begin' : `start transaction ${modes.join(' ')}`
    await run(connection, begin).catch((error: unknown) => {
      // A transaction of which only the beginning is lost has no effect.
      if (isLost(error)) error.outcome = 'rolled-back'
      throw error
    })
    const lease = known(connection)
    lease.trackTransaction(accessMode !== 'read only')
    const tracing = TransactionTracing.begin(lease.connection.traced, false)
    if (tracing !== undefined) this.#tracings.set(connection, tracing)
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const tracing = this.#endTracing(connection)
    try {
      await this.#commit(connection)
      tracing?.committed()
    } catch (error) {
      tracing?.failed(error)
      throw error
    }
  }

  #endTracing(connection: DatabaseConnection): TransactionTracing | undefined {
    const tracing = this.#tracings.get(connection)
    if (tracing !== undefined) this.#tracings.delete(connection)
    return tracing
  }

  async #commit(connection: DatabaseConnection): Promise<void> {
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
    this.#endTracing(connection)?.rolledBack()
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
      if (this.#onCreateConnection !== undefined && this.#known.get(taken) !== taken.resets) {
        await this.#onCreateConnection(connection, options)
        this.#known.set(taken, taken.resets)
        taken.forgetChanges()
      }
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
