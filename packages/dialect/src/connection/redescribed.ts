import type { RowMode } from '../types/rows/row-function.ts'
import type { ServerSession } from './server-session.ts'
import type { ResultField, Statement } from './statement.ts'

/**
 * The statement as the server describes it with the Parse of this connection: `known` itself if nothing has changed since
 * another connection described it. Null when that has to wait for a look-up of types or columns, or rows that are asked for as
 * `known` says cannot be read.
 */
export function redescribed(
  { catalog, prepared }: ServerSession,
  known: Statement,
  fields: readonly ResultField[],
  mode: RowMode,
): Statement | null {
  if (catalog.describes(known, fields)) return known
  catalog.forget(known)
  // What was bound behind this, before the answer came, gives the same columns.
  prepared.redescribe(known, fields)
  const latest = known.kept ? catalog.statement(known.sql) : undefined
  const described = latest !== undefined && catalog.describes(latest, fields)
  const current = described ? latest : catalog.describe(known.sql, known.parameterOids, fields, known.kept)
  if (current === null || current.rowDecoderFor(known, mode) === null) return null
  prepared.replace(known, current)
  return current
}
