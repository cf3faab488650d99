import type { CompiledQuery, DatabaseConnection, QueryExecutor, QueryResult } from 'kysely'

import type { Pool } from '../pool/pool.ts'
import { kyselyResult, PgwireConnection } from './pgwire-connection.ts'
import { queryOptionsOf } from './query-options.ts'
import { transformResult } from './transform-result.ts'

/**
 * The way of a query from Kysely to the pool. Kysely's own has nine promises and takes 3 µs; where they lead to nothing but
 * a query on whichever connection of the pool, which the first two runs show, the next go there straight away.
 */
export class PoolRoute {
  readonly #executor: QueryExecutor
  #last: DatabaseConnection | null = null
  #pool: Pool | null = null

  constructor(executor: QueryExecutor) {
    this.#executor = executor
  }

  async run<Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>> {
    const pool = this.#pool
    const result =
      pool === null
        ? await this.#executor.provideConnection((connection) => {
            this.#learn(connection)
            return connection.executeQuery<Row>(query)
          })
        : kyselyResult(await pool.query<Row>(query.sql, query.parameters, queryOptionsOf(query)))
    return this.#executor.plugins.length === 0 ? result : transformResult(this.#executor, result, query.queryId)
  }

  /** A transaction and `db.connection()` lend the same connection again, and not a fresh one; Kysely's log has patched it. */
  #learn(connection: DatabaseConnection): void {
    const plain = connection instanceof PgwireConnection && !Object.hasOwn(connection, 'executeQuery')
    if (!plain || !connection.fresh) {
      this.#last = null
      return
    }
    if (this.#last !== null && this.#last !== connection) this.#pool = connection.pool
    this.#last = connection
  }
}
