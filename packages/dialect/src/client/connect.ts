import type { ConnectionOptions } from '../config/connection-options.ts'
import { resolveConnectionSettings } from '../config/resolve-connection-settings.ts'
import { Catalog } from '../connection/catalog.ts'
import { defaultTypes, type PgTypes } from '../types/profile/profile.ts'
import { Connection } from './connection.ts'
import { type NoticeListener, tellNotice } from './notices.ts'

/** What {@link connect} can be told beside where to connect to. */
export interface ConnectOptions {
  /** Which JavaScript values stand for which PostgreSQL types. */
  readonly types?: PgTypes | undefined
  /** Called for each notice of the server, also for those of the login. See {@link Connection.onNotice}. */
  readonly onNotice?: NoticeListener | undefined
}

/**
 * Opens one connection. Without an argument, libpq's environment variables and defaults apply.
 * Rejects with `ConnectionError`, or with the server's own `PostgresError` when it refuses the login.
 */
export async function connect(connection?: string | ConnectionOptions, options?: ConnectOptions): Promise<Connection> {
  const { types = defaultTypes, onNotice } = options ?? {}
  return Connection.open(resolveConnectionSettings(connection), new Catalog(types), {
    notice: (notice) => onNotice !== undefined && tellNotice(onNotice, notice),
    notification: () => {},
    closed: () => {},
  })
}
