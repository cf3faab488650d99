import { prepareChannel } from '../telemetry/channels.ts'
import type { Noting } from '../telemetry/trace-channel.ts'
import type { PrepareTrace, TracedConnection } from '../telemetry/traces.ts'
import { PrepareExchange, type StatementShape } from './exchanges/prepare.ts'
import { isStalePlan } from './outdated.ts'
import type { ServerSession } from './server-session.ts'
import type { Turn } from './session.ts'

export interface PreparedShape {
  /** Under which the connection has it now; empty when it is not kept. */
  readonly name: string
  readonly shape: StatementShape
}

/**
 * Prepares a statement and has it described; without a name where it is not going to be kept, or where a pooler has an outdated
 * plan for it: under a fresh name, nobody else can.
 */
export async function prepareStatement(
  server: ServerSession,
  turn: Turn,
  sql: string,
  kept: boolean = true,
): Promise<PreparedShape> {
  const { prepared, session, catalog } = server
  // A pooler would prepare it elsewhere with the types that the server infers there: so it gets a name once they are known.
  const named = kept && !session.pooled && !catalog.stalePlans.isPooled(sql)
  const name = prepared.newName({ sql, named, sizeBytes: sql.length })
  try {
    return { name, shape: await describeUnder(server, turn, sql, name) }
  } catch (error) {
    if (name === '' || !isStalePlan(error as Error)) throw error
    session.pooled = true
    catalog.stalePlans.settle(sql, true)
    if (session.status !== 'I') throw error
    return { name: '', shape: await describeUnder(server, turn, sql, '') }
  }
}

async function describeUnder(
  { prepared, session }: ServerSession,
  turn: Turn,
  sql: string,
  name: string,
): Promise<StatementShape> {
  const ask = (): Promise<StatementShape> =>
    new Promise((resolve, reject) => {
      const refuse = (error: Error, parsed: boolean): void => {
        if (parsed) prepared.discard(name)
        reject(error)
      }
      const exchange = new PrepareExchange(name, sql, prepared.evicted, resolve, refuse)
      prepared.closed()
      turn.send(exchange)
    })
  const traced = prepareChannel.hasSubscribers ? session.traced : null
  return traced === null ? ask() : tracePrepare(sql, name, traced, ask)
}

function tracePrepare(
  sql: string,
  statement: string,
  connection: TracedConnection,
  ask: () => Promise<StatementShape>,
): Promise<StatementShape> {
  const trace: Noting<PrepareTrace> = {
    sql,
    statement,
    connection,
    parameterOids: undefined,
    columns: undefined,
    durationMs: undefined,
    error: undefined,
  }
  return prepareChannel.call(trace, ask, (shape) => {
    trace.parameterOids = shape?.parameterOids
    trace.columns = shape?.fields.length
  })
}
