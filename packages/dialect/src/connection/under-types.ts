import type { PgTypes } from '../types/profile/profile.ts'
import type { ServerSession } from './server-session.ts'

/** The session as a profile sees it; without one, as it is. */
export function underTypes(server: ServerSession, types: PgTypes | undefined): ServerSession {
  if (types === undefined) return server
  const { session, prepared, catalog } = server
  return { session, prepared, catalog: catalog.under(types) }
}
