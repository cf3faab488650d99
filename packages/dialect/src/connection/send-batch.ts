import { placeError } from '../errors/batch-position.ts'
import { UsageError } from '../errors/usage-error.ts'
import { describeStatements } from './describe-statements.ts'
import { BatchExchange, type BatchRecourse, type BatchRequest, type LateRows } from './exchanges/batch.ts'
import type { QueryResult } from './exchanges/query.ts'
import { isCopy } from './is-copy.ts'
import { lookUpTypes, typesChanged } from './look-up-types.ts'
import type { Turn } from './session.ts'
import type { Statement } from './statement.ts'
import { takeTurn } from './take-turn.ts'

const firstAttempt: BatchRecourse = { startOver: describeAgain, checkTypes, readLater }
const secondAttempt: BatchRecourse = { readLater }

/** Sends a batch, in order with everything else on its session. Descriptions that turn out to be stale are replaced once. */
export function sendBatch(request: BatchRequest): void {
  const { server, queries } = request
  const statements: Statement[] = []
  for (const { sql } of queries) {
    const statement = request.prepare === false ? undefined : server.catalog.statement(sql)
    if (statement === undefined) {
      describeAndSend(request, firstAttempt)
      return
    }
    statements.push(statement)
  }
  const copy = statements.findIndex(isCopy)
  if (copy !== -1) {
    request.reject(copyRefused(copy))
    return
  }
  const exchange = new BatchExchange(request, statements, firstAttempt)
  request.exchange = exchange
  request.effect = 'unknown'
  if (request.meter !== undefined) server.session.measure(exchange, request.meter)
  server.session.send(exchange)
}

function copyRefused(queryIndex: number): Error {
  return placeError(new UsageError('COPY cannot be run as a query'), { queryIndex })
}

/** What has outdated one of the statements may have outdated them all: it was a `DISCARD ALL`, or a table of several. */
function describeAgain(request: BatchRequest, statements: readonly Statement[]): void {
  const { catalog } = request.server
  const stale = statements.some(({ sql }) => catalog.stalePlans.isSuspected(sql))
  for (const statement of statements) {
    catalog.forget(statement)
    if (stale) catalog.stalePlans.suspect(statement.sql)
  }
  describeAndSend(request, secondAttempt)
}

function describeAndSend(request: BatchRequest, recourse: BatchRecourse): void {
  request.effect = 'not-sent'
  takeTurn(request, (turn) => describeInTurn(request, turn, recourse))
}

async function describeInTurn(request: BatchRequest, turn: Turn, recourse: BatchRecourse): Promise<void> {
  const sqls = request.queries.map(({ sql }) => sql)
  const statements = await describeStatements(request.server, turn, sqls, request.prepare)
  const copy = statements.findIndex(isCopy)
  if (copy !== -1) throw copyRefused(copy)
  if (request.withdrawn) return
  request.effect = 'unknown'
  turn.send(new BatchExchange(request, statements, recourse))
}

/** Nothing has happened yet, and perhaps only because types are not what they were: then it is tried again. */
function checkTypes(request: BatchRequest, outdated: Statement, oids: readonly number[], error: Error): void {
  request.effect = 'not-sent'
  takeTurn(
    request,
    async (turn) => {
      if (!(await typesChanged(request.server, turn, outdated.generation, oids))) throw error
      await describeInTurn(request, turn, secondAttempt)
    },
    () => error,
  )
}

/** Everything has been executed, and is not executed again: the types are looked up, and then the rows are read. */
function readLater(request: BatchRequest, results: QueryResult[], late: readonly LateRows[]): void {
  const { server, resolve } = request
  request.effect = 'applied'
  takeTurn(
    request,
    async (turn) => {
      for (const { index, undecoded, result } of late) {
        try {
          for (let missing = undecoded.read(result.rows); missing.length > 0; missing = undecoded.read(result.rows)) {
            await lookUpTypes(server, turn, missing).catch((error: unknown) => {
              throw undecoded.unreadable(error)
            })
            if (request.withdrawn) return
          }
        } catch (error) {
          throw placeError(error as Error, { queryIndex: index })
        }
        results[index] = { ...result, columns: undecoded.statement.columns }
      }
      turn.end()
      resolve(results)
    },
    (error) => late[0]!.undecoded.unreadable(error),
  )
}
