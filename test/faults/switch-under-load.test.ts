/** The primary goes, and its standby takes over, while a hundred clients write through a pool that knows both. */
import { type ConnectionOptions, createPool } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import type { StopMode } from '../support/test-server.ts'
import { LedgerLoad, SCHEMA } from './ledger-load.ts'
import { startReplicatedPair } from './replicated-pair.ts'

type Target = NonNullable<ConnectionOptions['targetSessionAttrs']>

test.each<[StopMode, Target]>([
  ['fast', 'read-write'],
  ['immediate', 'read-write'],
  ['fast', 'primary'],
  ['immediate', 'primary'],
])(
  'behind a shutdown (%s) of the primary, a pool of %s writes to the promoted standby',
  async (mode, targetSessionAttrs) => {
    await using pair = await startReplicatedPair()
    const { primary, standby } = pair
    await primary.query(SCHEMA)
    const { user, password, database } = primary
    const host = [primary, standby].map(({ port }) => `127.0.0.1:${port}`)
    await using pool = createPool({ connection: { host, user, password, database, targetSessionAttrs }, max: 10 })
    const port = (): Promise<unknown> => pool.fetchValue('select inet_server_port()')

    await using load = new LedgerLoad(pool)
    await load.more(1_000)
    expect(await port()).toBe(primary.port)
    await primary.stop(mode)
    // Meanwhile there is nobody who takes writes, and nobody writes.
    const { failed } = pool.totals
    await expect.poll(() => pool.totals.failed).toBeGreaterThan(failed + 2)
    await standby.query('select pg_promote()')
    await load.everybody()
    expect(await port()).toBe(standby.port)
    await load.more(1_000)
    await load.settle(standby)
    expect(await standby.query('select n from ledger where in_recovery')).toEqual([])
    expect(pool.stats).toMatchObject({ busy: 0, connecting: 0, waiting: 0 })
  },
  60_000,
)
