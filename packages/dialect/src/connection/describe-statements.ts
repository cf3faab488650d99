import { placeError } from '../errors/batch-position.ts'
import { findPooler } from './find-pooler.ts'
import { lookUpTypes, typesChanged } from './look-up-types.ts'
import { type PreparedShape, prepareStatement } from './prepare-statement.ts'
import { requireSql } from './require-sql.ts'
import type { ServerSession } from './server-session.ts'
import type { Turn } from './session.ts'
import type { Statement } from './statement.ts'

/**
 * Prepares those of several statements that nobody has described yet: all in one round trip, and one or two more for all new
 * types in them together. Holds the session's turn meanwhile. The error of a statement says which one it was. Without `kept`
 * all are described, and nothing is kept.
 */
export async function describeStatements(
  server: ServerSession,
  turn: Turn,
  sqls: readonly string[],
  kept: boolean = true,
): Promise<Statement[]> {
  const { prepared, catalog } = server
  const statements = new Map<string, Statement>()
  const undescribed = new Set<string>()
  for (const [index, sql] of sqls.entries()) {
    requireSqlOf(sql, index)
    const known = kept ? catalog.statement(sql) : undefined
    if (known !== undefined) statements.set(sql, known)
    else undescribed.add(sql)
  }
  const unknown = [...undescribed]
  for (const sql of unknown) if (catalog.stalePlans.isSuspected(sql)) await findPooler(server, turn, sql)
  const answers = await Promise.allSettled(unknown.map((sql) => prepareStatement(server, turn, sql, kept)))
  const shapes = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  try {
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'fulfilled') continue
      throw placeError(answer.reason as Error, { queryIndex: sqls.indexOf(unknown[index]!) })
    }
    await lookUpTogether(server, turn, shapes)
  } catch (error) {
    for (const { name } of shapes) prepared.discard(name)
    throw error
  }
  for (const [index, { name, shape }] of shapes.entries()) {
    const statement = catalog.add(unknown[index]!, shape.parameterOids, shape.fields, kept)
    // It may be one that was prepared before, and turned out to be as it was.
    prepared.evict(statement)
    prepared.add(statement, name)
    statements.set(statement.sql, statement)
  }
  return sqls.map((sql) => statements.get(sql)!)
}

async function lookUpTogether(server: ServerSession, turn: Turn, shapes: readonly PreparedShape[]): Promise<void> {
  const { catalog } = server
  const keys = [...new Set(shapes.flatMap(({ shape }) => catalog.keysOf(shape.parameterOids, shape.fields)))]
  const doubted = catalog.doubted(keys)
  if (doubted.length > 0) await typesChanged(server, turn, catalog.generation, doubted)
  await lookUpTypes(server, turn, keys)
}

function requireSqlOf(sql: unknown, queryIndex: number): void {
  try {
    requireSql(sql)
  } catch (error) {
    throw placeError(error as Error, { queryIndex })
  }
}
