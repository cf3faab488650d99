import type { PgTypes } from '../types/profile/profile.ts'
import { PreparedStatements } from './prepared-statements.ts'
import type { ServerSession } from './server-session.ts'
import { underTypes } from './under-types.ts'

/**
 * The session as a call wants it: under its types, and with `prepare: false` without names. What has to be looked up for such
 * a call is then parsed and executed in one flight, and relies on nothing that an earlier one has left on the server.
 */
export function serverOfCall(
  server: ServerSession,
  options: { readonly types?: PgTypes | undefined; readonly prepare?: boolean | undefined } | undefined,
): ServerSession {
  const typed = underTypes(server, options?.types)
  if (options?.prepare !== false) return typed
  const { session, catalog } = typed
  return { session, prepared: new PreparedStatements(0, 0), catalog }
}
