import { connectChannel } from './channels.ts'
import type { Noting } from './trace-channel.ts'
import type { ConnectTrace, TracedConnection } from './traces.ts'

/** Where a connection is to be made. */
export interface ConnectTarget {
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly database: string
  readonly user: string
}

/** Makes a connection, and traces that if anybody wants to know. */
export function traceConnect<Opened extends { readonly traced: TracedConnection }>(
  { hosts, database, user }: ConnectTarget,
  connect: () => Promise<Opened>,
): Promise<Opened> {
  if (!connectChannel.hasSubscribers) return connect()
  const trace: Noting<ConnectTrace> = {
    hosts: hosts.map(({ host, port }) => ({ host, port })),
    database,
    user,
    connection: undefined,
    durationMs: undefined,
    error: undefined,
  }
  return connectChannel.call(trace, connect, (opened) => {
    trace.connection = opened?.traced
  })
}
