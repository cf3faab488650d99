import type { Catalog } from './catalog.ts'
import type { PreparedStatements } from './prepared-statements.ts'
import type { Session } from './session.ts'

/** A session together with what was learnt on it and about its database. */
export interface ServerSession {
  readonly session: Session
  readonly prepared: PreparedStatements
  readonly catalog: Catalog
}
