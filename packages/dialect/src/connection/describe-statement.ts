import { codecsFromRows, type ServerTypeRow, serverTypesQuery } from '../types/server-types.ts'
import { PrepareExchange, type StatementShape } from './exchanges/prepare.ts'
import { QueryExchange, type QueryResult } from './exchanges/query.ts'
import { requireSql } from './require-sql.ts'
import type { ServerSession } from './server-session.ts'
import type { Turn } from './session.ts'
import type { Statement } from './statement.ts'

/**
 * Prepares a statement that nobody has described yet, and looks up the types in it that nobody has met.
 * One round trip, and one or two more for all new types together. Holds the session's turn meanwhile.
 */
export async function describeStatement(server: ServerSession, turn: Turn, sql: string): Promise<Statement> {
  const { prepared, catalog } = server
  const known = catalog.statement(sql)
  if (known !== undefined) return known
  requireSql(sql)
  const { name, shape } = await prepare(server, turn, sql)
  try {
    const oids = [...shape.parameterOids, ...shape.fields.map((field) => field.typeOid)]
    const unknown = catalog.unknownTypes(oids)
    if (unknown.length > 0) await lookUpTypes(server, turn, unknown)
  } catch (error) {
    prepared.discard(name)
    throw error
  }
  const statement = catalog.add(sql, shape.parameterOids, shape.fields)
  // It may be one that was prepared before, and turned out to be as it was.
  prepared.evict(statement)
  prepared.add(statement, name)
  return statement
}

interface PreparedShape {
  readonly name: string
  readonly shape: StatementShape
}

async function prepare({ prepared }: ServerSession, turn: Turn, sql: string): Promise<PreparedShape> {
  const name = prepared.newName(sql)
  const shape = await new Promise<StatementShape>((resolve, reject) => {
    const exchange = new PrepareExchange(name, sql, prepared.evicted, resolve, reject)
    prepared.closed()
    turn.send(exchange)
  })
  return { name, shape }
}

async function lookUpTypes(server: ServerSession, turn: Turn, oids: readonly number[]): Promise<void> {
  const { catalog, prepared } = server
  let statement = catalog.typesStatement
  if (statement === null) {
    const { name, shape } = await prepare(server, turn, serverTypesQuery)
    statement = catalog.addTypesStatement(serverTypesQuery, shape.parameterOids, shape.fields)
    prepared.add(statement, name)
  }
  const { rows } = await execute(server, turn, statement, [`{${oids.join()}}`])
  catalog.addTypes(codecsFromRows(rows as ServerTypeRow[], catalog.known), oids)
}

function execute(
  server: ServerSession,
  turn: Turn,
  statement: Statement,
  parameters: readonly unknown[],
): Promise<QueryResult> {
  return new Promise((resolve, reject) => {
    const { sql } = statement
    const request = {
      server,
      sql,
      parameters,
      mode: 'object',
      resolve,
      reject,
      exchange: null,
      withdrawn: false,
    } as const
    // Should it have been deallocated, it is prepared again.
    turn.send(new QueryExchange(request, statement, () => turn.send(new QueryExchange(request, statement, null))))
  })
}
