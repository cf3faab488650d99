import { PostgresError } from '../errors/postgres-error.ts'
import { type ScriptResult, SimpleQueryExchange } from './exchanges/simple-query.ts'
import type { ServerSession } from './server-session.ts'
import type { Turn } from './session.ts'

/** Not prepared: the answer matters once. */
const WHO = 'select pg_catalog.pg_backend_pid()'

const IN_FAILED_TRANSACTION = '25P02'

/** Finds out whether a pooler keeps the plan of a statement that was out of date. */
export async function findPooler({ session, catalog }: ServerSession, turn: Turn, sql: string): Promise<void> {
  if (session.pooled) {
    catalog.stalePlans.settle(sql, true)
    return
  }
  const results = await new Promise<readonly ScriptResult[]>((resolve, reject) => {
    const refused = (error: Error): void => {
      // What is wrong with the transaction, the statement itself will be told.
      if (error instanceof PostgresError && error.code === IN_FAILED_TRANSACTION) resolve([])
      else reject(error)
    }
    turn.send(new SimpleQueryExchange(session, WHO, resolve, refused))
  })
  const [answer] = results
  if (answer === undefined) return
  // A pooler lets its clients in under numbers of its own.
  session.pooled = answer.rows[0]?.[0] !== String(session.processId)
  catalog.stalePlans.settle(sql, session.pooled)
}
