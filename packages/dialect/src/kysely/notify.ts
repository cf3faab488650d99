import type { Kysely, Transaction } from 'kysely'

import { type NotifyOptions, notifyQuery } from '../client/notify.ts'
import { provideConnection } from './provide-connection.ts'

/**
 * Sends a notification to whoever listens to the channel. In a transaction it is sent when that commits, and never if
 * it is rolled back.
 *
 * Throws `UsageError`, with nothing sent, for a payload of more than 7999 bytes or a channel's name of more than 63.
 */
export async function notify<DB>(
  db: Kysely<DB> | Transaction<DB>,
  channel: string,
  payload: string = '',
  options?: NotifyOptions,
): Promise<void> {
  // Before a connection is taken: what cannot be sent needs none.
  const [sql, parameters] = notifyQuery(channel, payload)
  await provideConnection(db, (connection) => connection.query(sql, parameters, options))
}
