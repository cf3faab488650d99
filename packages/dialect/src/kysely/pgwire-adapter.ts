import { PostgresAdapter } from 'kysely'

import type { Pool } from '../pool/pool.ts'
import type { PgwireDriver } from './pgwire-driver.ts'

/** Kysely's PostgreSQL adapter; through it, helpers find the pool of a `Kysely` or of a transaction. */
export class PgwireAdapter extends PostgresAdapter {
  readonly #driver: PgwireDriver

  constructor(driver: PgwireDriver) {
    super()
    this.#driver = driver
  }

  get pool(): Pool {
    return this.#driver.pool
  }
}
