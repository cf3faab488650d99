import { type ServerTypeRow, serverTypesQuery } from '../types/server-types/server-types.ts'
import { QueryExchange, type QueryResult } from './exchanges/query.ts'
import { prepareStatement } from './prepare-statement.ts'
import type { ServerSession } from './server-session.ts'
import type { Turn } from './session.ts'
import type { Statement } from './statement.ts'

/**
 * How long a look-up that another connection has under way is waited for. It takes a millisecond or two; but the other
 * connection may be a dead one.
 */
const PATIENCE_MS = 1_000

/**
 * Looks up those of `oids` that are not known: one round trip, and another for the first time. What another connection
 * is looking up at the moment is left to it.
 */
export async function lookUpTypes(server: ServerSession, turn: Turn, oids: readonly number[]): Promise<void> {
  const { catalog } = server
  let generation: number
  do {
    generation = catalog.generation
    await lookUpOnce(server, turn, oids)
    // Somebody else may have found out meanwhile that types are outdated.
  } while (generation !== catalog.generation)
}

async function lookUpOnce(server: ServerSession, turn: Turn, oids: readonly number[]): Promise<void> {
  const { catalog } = server
  const others = catalog.lookUpsOf(catalog.unknownTypes(oids))
  if (others.length > 0) await settledWithin(others, PATIENCE_MS)
  const missing = catalog.unknownTypes(oids)
  if (missing.length === 0) return
  const lookUp = askForTypes(server, turn, missing).then((rows) => catalog.addTypes(rows))
  catalog.lookingUp(missing, lookUp)
  await lookUp
}

/**
 * Whether types are not what they were in `generation`: asks the server again for `oids`. If it says something else now,
 * everything is forgotten. False when the server does not answer.
 */
export async function typesChanged(
  server: ServerSession,
  turn: Turn,
  generation: number,
  oids: readonly number[],
): Promise<boolean> {
  const { catalog } = server
  if (generation !== catalog.generation) return true
  const rows = await askForTypes(server, turn, oids).catch(() => null)
  if (generation !== catalog.generation) return true
  if (rows === null) return false
  catalog.trust(oids)
  if (catalog.agreesWith(rows, oids)) return false
  catalog.forgetTypes(generation)
  catalog.addTypes(rows)
  return true
}

/** The text of the query's parameter. */
export function typesParameter(oids: readonly number[]): string {
  return `{${oids.join()}}`
}

async function askForTypes(server: ServerSession, turn: Turn, oids: readonly number[]): Promise<ServerTypeRow[]> {
  const { catalog, prepared } = server
  let statement = catalog.typesStatement
  if (statement === null) {
    const { name, shape } = await prepareStatement(server, turn, serverTypesQuery)
    statement = catalog.addTypesStatement(serverTypesQuery, shape.parameterOids, shape.fields)
    prepared.add(statement, name)
  }
  const { rows } = await execute(server, turn, statement, [typesParameter(oids)])
  return rows as ServerTypeRow[]
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
    const startOver = (): void => turn.send(new QueryExchange(request, statement, null))
    turn.send(new QueryExchange(request, statement, { startOver }))
  })
}

async function settledWithin(promises: readonly Promise<unknown>[], timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([Promise.allSettled(promises), late])
  clearTimeout(timer)
}
