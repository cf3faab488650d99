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
  /** Which use of a connection the last run was; 0: none of which this could be told. */
  #last = 0
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

  /** A transaction and `db.connection()` lend what is in use already; and what Kysely logs, it has patched. */
  #learn(connection: DatabaseConnection): void {
    const plain = connection instanceof PgwireConnection && !Object.hasOwn(connection, 'executeQuery')
    if (!plain || !connection.fresh) {
      this.#last = 0
      return
    }
    if (this.#last > 0 && this.#last !== connection.acquisition) this.#pool = connection.pool
    this.#last = connection.acquisition
  }
}
