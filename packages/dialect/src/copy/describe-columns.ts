import type { ConnectionSettings } from '../config/connection-settings.ts'
import { cancelRunning } from '../connection/cancel-request.ts'
import { PrepareExchange, type StatementShape } from '../connection/exchanges/prepare.ts'
import { lookUpTypes } from '../connection/look-up-types.ts'
import { requireSql } from '../connection/require-sql.ts'
import type { ServerSession } from '../connection/server-session.ts'
import type { Turn } from '../connection/session.ts'
import type { Statement } from '../connection/statement.ts'

/** What it takes to give up. */
interface Abortable {
  readonly settings: ConnectionSettings
  readonly signal: AbortSignal | undefined
}

/**
 * Describes a statement that is not going to be executed. The server is asked every time: of a description that was kept
 * nothing would tell that it is out of date, and bytes would be taken for those of another type.
 */
export async function describeColumns(server: ServerSession, sql: string, abortable?: Abortable): Promise<Statement> {
  requireSql(sql)
  const { session, catalog } = server
  const turn = await new Promise<Turn>((resolve, reject) => session.turn(resolve, reject))
  try {
    abortable?.signal?.throwIfAborted()
    const { parameterOids, fields } = await shapeOf(server, turn, sql, abortable)
    const keys = catalog.keysOf(parameterOids, fields)
    await lookUpTypes(server, turn, keys)
    const known = catalog.statement(sql)
    const same = known !== undefined && known.parameterOids.join() === parameterOids.join()
    return same && catalog.describes(known, fields) ? known : catalog.add(sql, parameterOids, fields)
  } finally {
    turn.end()
  }
}

/** Even a description waits where somebody else has locked the table. */
function shapeOf(
  server: ServerSession,
  turn: Turn,
  sql: string,
  abortable: Abortable | undefined,
): Promise<StatementShape> {
  const signal = abortable?.signal
  return new Promise((resolve, reject) => {
    const settled = (): void => signal?.removeEventListener('abort', abort)
    const exchange = new PrepareExchange(
      '',
      sql,
      [],
      (shape) => {
        settled()
        resolve(shape)
      },
      (error) => {
        settled()
        reject(error)
      },
    )
    const abort = (): void => {
      if (abortable !== undefined && server.session.isAlone(exchange)) void cancelRunning(server, abortable.settings)
    }
    signal?.addEventListener('abort', abort, { once: true })
    turn.send(exchange)
  })
}
