import { PrepareExchange, type StatementShape } from './exchanges/prepare.ts'
import type { ServerSession } from './server-session.ts'
import type { Turn } from './session.ts'

export interface PreparedShape {
  /** Under which the connection has it now; empty when it is not kept. */
  readonly name: string
  readonly shape: StatementShape
}

/** Prepares a statement and has it described; without a name where it is not going to be kept. */
export async function prepareStatement(
  { prepared }: ServerSession,
  turn: Turn,
  sql: string,
  kept: boolean = true,
): Promise<PreparedShape> {
  const name = prepared.newName({ sql, kept, sizeBytes: sql.length })
  const shape = await new Promise<StatementShape>((resolve, reject) => {
    const exchange = new PrepareExchange(name, sql, prepared.evicted, resolve, reject)
    prepared.closed()
    turn.send(exchange)
  })
  return { name, shape }
}
