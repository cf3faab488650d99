/** What the compiler accepts of those who listen and notify, and what it refuses. Checked by `tsc` alone; never run. */
import type { Kysely, Transaction } from 'kysely'
import {
  type Connection,
  type GapEvent,
  listen,
  type Listener,
  type ListenEvent,
  type NotificationEvent,
  notify,
  type Pool,
} from 'kysely-pgwire'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_Fact extends true>(): void {}

interface Shop {
  person: { name: string }
}

declare const db: Kysely<Shop>
declare const trx: Transaction<Shop>
declare const pool: Pool
declare const connection: Connection

export async function accepted(): Promise<void> {
  const listener: Listener = await listen(db, 'jobs')
  await listen(trx, ['jobs', 'news'] as const)
  await listen(pool, ['jobs'], { heartbeatMs: 0, signal: AbortSignal.timeout(1) })
  await listen('postgres://localhost/shop', 'jobs')
  await listen({ host: 'localhost' }, 'jobs')
  await listen(db, 'jobs', {
    onNotification: (event) => is<Equal<typeof event, NotificationEvent>>(),
    onGap: async (gap) => is<Equal<typeof gap, GapEvent>>(),
    onError: (error) => is<Equal<typeof error, unknown>>(),
  })
  for await (const event of listener) {
    is<Equal<typeof event, ListenEvent>>()
    if (event.type === 'notification') is<Equal<typeof event.payload, string>>()
    else if (event.reason === 'buffer-full') is<Equal<typeof event.notifications, number>>()
    else is<Equal<typeof event.cause, Error | undefined>>()
    // @ts-expect-error -- a gap has no payload
    void event.payload
  }
  await notify(db, 'jobs')
  await notify(trx, 'jobs', 'payload', { signal: AbortSignal.timeout(1) })
  await pool.notify('jobs', 'payload')
  await connection.notify('jobs', 'payload')
  await connection.listen('jobs', ({ channel, payload, processId }) => void [channel, payload, processId])
}

export function refused(): void {
  // @ts-expect-error -- a channel has a name
  void listen(db)
  // @ts-expect-error -- a number is no payload
  void notify(db, 'jobs', 7)
  // @ts-expect-error -- an option that does not exist
  void listen(db, 'jobs', { heartbeat: 1 })
  // @ts-expect-error -- a connection that is open cannot be made into a listener
  void listen(connection, 'jobs')
}
