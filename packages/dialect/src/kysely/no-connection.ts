import type { DatabaseConnection } from 'kysely'

import { UsageError } from '../errors/usage-error.ts'

/**
 * What Kysely gets for an acquisition that it has aborted. It has told its caller already, would print a rejection as a
 * failure in the background, and gives back unused whatever comes late.
 */
export class NoConnection implements DatabaseConnection {
  executeQuery(): never {
    throw new UsageError('The acquisition of this connection was aborted')
  }

  streamQuery(): never {
    return this.executeQuery()
  }
}
