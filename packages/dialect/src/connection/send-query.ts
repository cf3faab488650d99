import { describeStatement } from './describe-statement.ts'
import { QueryExchange, type QueryRequest } from './exchanges/query.ts'

/** Sends a query, in order with everything else on its session. A description that turns out to be stale is replaced once. */
export function sendQuery(request: QueryRequest): void {
  const { server } = request
  const statement = server.catalog.statement(request.sql)
  if (statement === undefined) {
    describeAndSend(request)
    return
  }
  const exchange = new QueryExchange(request, statement, describeAndSend)
  request.exchange = exchange
  server.session.send(exchange)
}

/** Two round trips: the second is sent as soon as the server has said what the statement takes and gives. */
function describeAndSend(request: QueryRequest): void {
  const { server, sql, reject } = request
  request.exchange = null
  server.session.turn((turn) => {
    if (request.withdrawn) {
      turn.end()
      return
    }
    describeStatement(server, turn, sql)
      .then((statement) => {
        if (request.withdrawn) return
        const exchange = new QueryExchange(request, statement, null)
        request.exchange = exchange
        turn.send(exchange)
      })
      .catch(reject)
      .finally(() => turn.end())
  }, reject)
}
