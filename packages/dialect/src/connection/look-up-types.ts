import { whenNoneIsStopped } from './cancel-request.ts'
import { type CatalogQuestion, questionOfColumns, questionOfTypes } from './catalog-question.ts'
import type { CatalogKey } from './catalog.ts'
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
 * Looks up those of `keys` that are not known, types and columns each with one query: one round trip, and another for the
 * first time. What another connection is looking up at the moment is left to it.
 */
export async function lookUpTypes(server: ServerSession, turn: Turn, keys: readonly CatalogKey[]): Promise<void> {
  const { catalog } = server
  let generation: number
  do {
    generation = catalog.generation
    await lookUpOnce(server, turn, () => questionOfColumns(catalog, catalog.unknownColumns(keys)))
    await lookUpOnce(server, turn, () => questionOfTypes(catalog, catalog.unknownTypes(keys)))
    // Somebody else may have found out meanwhile that types are outdated.
  } while (generation !== catalog.generation)
}

async function lookUpOnce<Row>(server: ServerSession, turn: Turn, unknown: () => CatalogQuestion<Row>): Promise<void> {
  const { catalog } = server
  const others = catalog.lookUpsOf(unknown().keys)
  if (others.length > 0) {
    await settledWithin(others, PATIENCE_MS)
    // Meanwhile the statement in front may have been given up: its cancel must not hit our question.
    await whenNoneIsStopped(server)
  }
  const question = unknown()
  if (question.keys.length === 0) return
  const lookUp = answerTo(server, turn, question).then((rows) => question.keep(rows))
  catalog.lookingUp(question.keys, lookUp)
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
  const rows = await answerTo(server, turn, questionOfTypes(catalog, oids)).catch(() => null)
  if (generation !== catalog.generation) return true
  if (rows === null) return false
  catalog.trust(oids)
  if (catalog.agreesWith(rows, oids)) return false
  catalog.forgetTypes(generation)
  catalog.addTypes(rows)
  return true
}

async function answerTo<Row>(
  server: ServerSession,
  turn: Turn,
  { sql, parameters }: CatalogQuestion<Row>,
): Promise<Row[]> {
  const { catalog, prepared } = server
  let statement = catalog.lookUpStatement(sql)
  if (statement === undefined) {
    const { name, shape } = await prepareStatement(server, turn, sql)
    statement = catalog.addLookUpStatement(sql, shape.parameterOids, shape.fields)
    prepared.add(statement, name)
  }
  const { rows } = await execute(server, turn, statement, parameters)
  return rows as Row[]
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
