import type { FieldDescription } from '../wire/descriptions.ts'
import type { ServerSession } from './server-session.ts'
import type { Statement } from './statement.ts'

/**
 * The statement as the server describes it with the Parse of this connection: `known` itself if nothing has changed since
 * another connection described it. Null when rows that are asked for as `known` says could not be read.
 */
export function redescribed(
  { catalog, prepared }: ServerSession,
  known: Statement,
  fields: readonly FieldDescription[],
): Statement | null {
  if (known.describes(fields)) return known
  catalog.forget(known)
  const current = catalog.describe(known.sql, known.parameterOids, fields)
  if (current === null || !current.readsFormatsOf(known)) {
    prepared.evict(known)
    return null
  }
  prepared.replace(known, current)
  return current
}
