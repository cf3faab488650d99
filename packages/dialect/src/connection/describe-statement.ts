import { findPooler } from './find-pooler.ts'
import { lookUpTypes, typesChanged } from './look-up-types.ts'
import { prepareStatement } from './prepare-statement.ts'
import { requireSql } from './require-sql.ts'
import type { ServerSession } from './server-session.ts'
import type { Turn } from './session.ts'
import type { Statement } from './statement.ts'

/**
 * Prepares a statement that nobody has described yet, and looks up the types in it that nobody has met.
 * One round trip, and one or two more for all new types together. Holds the session's turn meanwhile.
 *
 * Without `kept` it is described whatever is known of it, and nothing is kept: here, on the connection or on the server.
 */
export async function describeStatement(
  server: ServerSession,
  turn: Turn,
  sql: string,
  kept: boolean = true,
): Promise<Statement> {
  const { prepared, catalog } = server
  const known = kept ? catalog.statement(sql) : undefined
  if (known !== undefined) return known
  requireSql(sql)
  if (catalog.stalePlans.isSuspected(sql)) await findPooler(server, turn, sql)
  const { name, shape } = await prepareStatement(server, turn, sql, kept)
  const { parameterOids, fields } = shape
  const keys = catalog.keysOf(parameterOids, fields)
  try {
    const doubted = catalog.doubted(keys)
    if (doubted.length > 0) await typesChanged(server, turn, catalog.generation, doubted)
    await lookUpTypes(server, turn, keys)
  } catch (error) {
    prepared.discard(name)
    throw error
  }
  const statement = catalog.add(sql, parameterOids, fields, kept)
  // It may be one that was prepared before, and turned out to be as it was.
  prepared.evict(statement)
  prepared.add(statement, name)
  return statement
}
