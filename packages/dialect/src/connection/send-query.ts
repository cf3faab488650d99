import { describeStatement } from './describe-statement.ts'
import { QueryExchange, type QueryRequest, type QueryResult, type Recourse } from './exchanges/query.ts'
import { lookUpTypes, typesChanged } from './look-up-types.ts'
import type { Turn } from './session.ts'
import type { Statement } from './statement.ts'
import { takeTurn } from './take-turn.ts'
import type { UndecodedRows } from './undecoded-rows.ts'

const firstAttempt: Recourse = { startOver: describeAgain, checkTypes, readLater }
const secondAttempt: Recourse = { readLater }

/** Sends a query, in order with everything else on its session. A description that turns out to be stale is replaced once. */
export function sendQuery(request: QueryRequest): void {
  const { server } = request
  const statement = request.prepare === false ? undefined : server.catalog.statement(request.sql)
  if (statement === undefined) {
    describeAndSend(request, firstAttempt)
    return
  }
  const exchange = new QueryExchange(request, statement, firstAttempt)
  request.exchange = exchange
  request.effect = 'unknown'
  if (request.meter !== undefined) server.session.measure(exchange, request.meter)
  server.session.send(exchange)
}

function describeAgain(request: QueryRequest): void {
  describeAndSend(request, secondAttempt)
}

/** Two round trips: the second is sent as soon as the server has said what the statement takes and gives. */
function describeAndSend(request: QueryRequest, recourse: Recourse): void {
  request.effect = 'not-sent'
  takeTurn(request, (turn) => describeInTurn(request, turn, recourse))
}

async function describeInTurn(request: QueryRequest, turn: Turn, recourse: Recourse): Promise<void> {
  const { server, sql, prepare } = request
  const statement = await describeStatement(server, turn, sql, prepare)
  if (request.withdrawn) return
  request.effect = 'unknown'
  turn.send(new QueryExchange(request, statement, recourse))
}

/** Nothing has happened yet, and perhaps only because types are not what they were: then it is tried again. */
function checkTypes(request: QueryRequest, outdated: Statement, oids: readonly number[], error: Error): void {
  const flow = async (turn: Turn): Promise<void> => {
    if (!(await typesChanged(request.server, turn, outdated.generation, oids))) throw error
    await describeInTurn(request, turn, secondAttempt)
  }
  request.effect = 'not-sent'
  takeTurn(request, flow, () => error)
}

/** The statement has been executed, and is not executed again: the types are looked up, and then its rows are read. */
function readLater(request: QueryRequest, undecoded: UndecodedRows, result: Omit<QueryResult, 'columns'>): void {
  const { server, resolve } = request
  const { rows } = result
  const flow = async (turn: Turn): Promise<void> => {
    for (let missing = undecoded.read(rows); missing.length > 0; missing = undecoded.read(rows)) {
      try {
        await lookUpTypes(server, turn, missing)
      } catch (error) {
        throw undecoded.unreadable(error)
      }
      if (request.withdrawn) return
    }
    resolve({ ...result, columns: undecoded.statement.columns })
  }
  request.effect = 'applied'
  takeTurn(request, flow, (error) => undecoded.unreadable(error))
}
