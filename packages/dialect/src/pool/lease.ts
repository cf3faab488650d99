import type { Connection } from '../client/connection.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { Pool } from './pool.ts'

/** The right to use one connection of a pool, until it is released. */
export class Lease {
  readonly #pool: Pool
  #connection: Connection | null

  constructor(connection: Connection, pool: Pool) {
    this.#connection = connection
    this.#pool = pool
  }

  /** Throws `UsageError` after the release, which ends what was added by `onNotice` and `onClose`. */
  get connection(): Connection {
    if (this.#connection === null) throw new UsageError('The connection was released to the pool')
    return this.#connection
  }

  /** Gives the connection back. Releasing twice does nothing. */
  release(): void {
    const connection = this.#connection
    this.#connection = null
    if (connection !== null) this.#pool.giveBack(connection)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release()
  }
}
