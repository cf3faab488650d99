import { describeStatement } from './describe-statement.ts'
import type { Exchange } from './exchange.ts'
import { QueryExchange, type QueryRequest } from './exchanges/query.ts'

/** Sends a query, in order with everything else on its session. A description that turns out to be stale is replaced once. */
export function sendQuery(request: QueryRequest): void {
  const { server } = request
  const statement = server.catalog.statement(request.sql)
  if (statement === undefined) {
    describeAndSend(request, describeAgain)
    return
  }
  const exchange = new QueryExchange(request, statement, describeAgain)
  request.exchange = exchange
  server.session.send(exchange)
}

function describeAgain(request: QueryRequest): void {
  describeAndSend(request, null)
}

/** Two round trips: the second is sent as soon as the server has said what the statement takes and gives. */
function describeAndSend(request: QueryRequest, startOver: ((request: QueryRequest) => void) | null): void {
  const { server, sql, reject } = request
  request.exchange = null
  server.session.turn((turn) => {
    if (request.withdrawn) {
      turn.end()
      return
    }
    const send = (exchange: Exchange): void => {
      request.exchange = exchange
      turn.send(exchange)
    }
    describeStatement(server, { ...turn, send }, sql)
      .then((statement) => {
        if (!request.withdrawn) send(new QueryExchange(request, statement, startOver))
      })
      .catch(reject)
      .finally(() => turn.end())
  }, reject)
}
