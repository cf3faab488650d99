/** A pool whose primary is another server all of a sudden: what runs, what comes next, and where it goes. */
import { connect, createPool, type CreatePoolOptions, isSafeToRetry, type Pool } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { eventLoopTurn } from '../support/event-loop-turn.ts'
import type { PrivateServer } from '../support/test-server.ts'
import { replicaFixture } from './replica-fixture.ts'

const servers = replicaFixture()

/** A pool on both servers, whichever of them it is that may be used. */
function open(
  options: CreatePoolOptions = {},
  targetSessionAttrs: 'read-write' | 'primary' | 'any' = 'read-write',
): Pool {
  const { user, password, database } = servers.primary
  const both = [servers.primary, servers.standby].map((server) => `127.0.0.1:${server.port}`)
  return createPool({ connection: { user, password, database, host: both, targetSessionAttrs }, ...options })
}

/** Of the server that answers. */
const PORT = 'select inet_server_port()'

async function setReadOnly(server: PrivateServer, setting: 'on' | 'off'): Promise<void> {
  await server.query(`alter system set default_transaction_read_only = ${setting}`)
  await server.query('select pg_reload_conf()')
}

const insert = (pool: Pool): Promise<unknown> => pool.query(`insert into item values (7, 'x') on conflict do nothing`)

/** Resolves once a server takes what is written. */
async function writesAgain(pool: Pool): Promise<void> {
  const attempt = (): Promise<string> =>
    insert(pool).then(
      () => 'written',
      () => 'refused',
    )
  await expect.poll(attempt).toBe('written')
}

test('a transaction that is read only at its own wish leads to nothing', async () => {
  await using pool = open()
  const refused = pool.transaction((tx) => tx.query('delete from item'), { accessMode: 'read only' })
  await expect(refused).rejects.toMatchObject({ code: '25006' })
  await using lease = await pool.acquire()
  await lease.connection.execute('begin read only')
  await expect(lease.connection.query('delete from item')).rejects.toMatchObject({ code: '25006' })
  lease.release()
  await expect.poll(() => pool.stats.busy).toBe(0)
  expect(pool.totals.closed).toMatchObject({ demoted: 0, expired: 0, unclean: 0 })
})

test('a pool that was meant for a standby leads to nothing either', async () => {
  for (const [server, targetSessionAttrs] of [
    [servers.standby, 'any'],
    [servers.standby, 'standby'],
  ] as const) {
    await using pool = createPool({ connection: { ...servers.connection, port: server.port, targetSessionAttrs } })
    await expect(insert(pool)).rejects.toMatchObject({ code: '25006' })
    await expect.poll(() => pool.stats.idle).toBe(1)
    expect(pool.totals.closed.demoted).toBe(0)
  }
})

describe('a primary that has become read only', () => {
  test.each(['read-write', 'any'] as const)('loses its connections at the first 25006, with %s', async (target) => {
    await using pool = open({ min: 3 }, target)
    await pool.warmUp()
    await using held = await pool.acquire()
    await setReadOnly(servers.primary, 'on')
    try {
      // The server tells its sessions when it has read its configuration.
      await expect.poll(() => held.connection.fetchValue('show default_transaction_read_only')).toBe('on')
      // Each session is told by itself: another one than that may take what is written for a moment.
      let error: unknown
      const refused = async (): Promise<unknown> => (error = await insert(pool).catch((caught: unknown) => caught))
      await expect.poll(refused).toMatchObject({ code: '25006', outcome: 'rolled-back' })
      expect(isSafeToRetry(error)).toBe(false)
      await expect.poll(() => pool.totals.closed).toMatchObject({ demoted: 1, expired: 1 })
      // Whoever has one is not disturbed.
      expect(await held.connection.fetchValue('select 1')).toBe(1)
      held.release()
      await expect.poll(() => pool.totals.closed).toMatchObject({ demoted: 1, expired: 2 })
    } finally {
      await setReadOnly(servers.primary, 'off')
    }
    await writesAgain(pool)
  })

  test('loses those that statements share, too, under a load that never ends', async () => {
    await using pool = open({ max: 1 })
    const read = (): Promise<unknown> =>
      pool.query('select count(*) from generate_series(1, $1)', [5_000]).catch(() => {})
    // The one that writes and lets others get on behind it.
    const next = (): Promise<unknown> => pool.query(`select nextval('counter')`)
    await servers.primary.query('create sequence counter')
    for (let round = 0; round < 20; round++) await Promise.all([next(), read()])
    await using witness = await open().acquire()
    await setReadOnly(servers.primary, 'on')
    const loading = { on: true }
    const load = (async () => {
      // There is always one on its way when the one before is answered.
      for (const running = new Set<Promise<unknown>>(); loading.on; await eventLoopTurn()) {
        const one: Promise<unknown> = read().finally(() => running.delete(one))
        running.add(one)
        if (running.size > 8) await Promise.race(running)
      }
    })()
    try {
      await expect.poll(() => witness.connection.fetchValue('show default_transaction_read_only')).toBe('on')
      const refused = (): Promise<unknown> => next().catch((caught: unknown) => caught)
      await expect.poll(refused).toMatchObject({ code: '25006' })
      await expect.poll(() => pool.totals.closed.demoted).toBe(1)
    } finally {
      await setReadOnly(servers.primary, 'off')
      loading.on = false
      await load
      witness.connection.terminate()
    }
  })

  /** False when what is to share a connection has seemed to take long, as it does now and then on a busy machine. */
  async function refusedWithOthersBehind(): Promise<boolean> {
    await using pool = open({ max: 1, acquireTimeoutMs: 0 }, 'any')
    const read = (): Promise<unknown> => pool.query('select count(*) from gate')
    /** One that writes, and others behind it, if they are known to be short. */
    const flight = () => {
      const written = pool.query(`select nextval('counted')`)
      const behind = Promise.all(Array.from({ length: 10 }, read))
      // Refused while something else is awaited, it is nobody's yet.
      for (const one of [written, behind]) one.catch(() => {})
      return { written, behind, shared: pool.stats.size === 1 && pool.stats.waiting === 0 }
    }
    for (let known = false; !known;) {
      const { written, behind, shared } = flight()
      await Promise.all([written, behind])
      known = shared
    }
    await using gatekeeper = await connect(servers.connection)
    await setReadOnly(servers.primary, 'on')
    try {
      await expect.poll(() => pool.fetchValue('show default_transaction_read_only')).toBe('on')
      await gatekeeper.execute('begin read write; lock table gate in access exclusive mode')
      const { written, behind, shared } = flight()
      if (shared) {
        expect(pool.stats).toMatchObject({ busy: 1, waiting: 0 })
        await expect(written).rejects.toMatchObject({ code: '25006' })
        const late = read()
        expect(pool.stats).toMatchObject({ busy: 1, waiting: 1 })
        await gatekeeper.execute('rollback')
        await Promise.all([behind, late])
        expect(pool.totals.closed.demoted).toBe(1)
      } else {
        await gatekeeper.execute('rollback')
        await Promise.allSettled([written, behind])
      }
      return shared
    } finally {
      await setReadOnly(servers.primary, 'off')
    }
  }

  test('takes no statement on a connection that is shared, from the first 25006 on', async () => {
    await servers.primary.query('create sequence counted')
    await servers.primary.query('create table gate (n int4)')
    while (!(await refusedWithOthersBehind()));
  })

  test('is still the primary for whoever asked for no more than that', async () => {
    await using pool = open({}, 'primary')
    await using held = await pool.acquire()
    await setReadOnly(servers.primary, 'on')
    try {
      await expect.poll(() => held.connection.fetchValue('show default_transaction_read_only')).toBe('on')
      await expect(held.connection.query('delete from item')).rejects.toMatchObject({ code: '25006' })
      held.release()
      await expect.poll(() => pool.stats.idle).toBe(1)
      expect(pool.totals.closed.demoted).toBe(0)
    } finally {
      await setReadOnly(servers.primary, 'off')
    }
  })
})

test('when the primary dies and the standby takes over, the pool finds it', async () => {
  await using pool = open({ replicas: [{ port: servers.standby.port }] })
  expect(await pool.fetchValue(PORT)).toBe(servers.primary.port)
  const running = pool.query('select pg_sleep(60)').catch((error: unknown) => error)
  await expect.poll(() => pool.stats.busy).toBe(1)
  await servers.caughtUp()
  await servers.primary.stop('immediate')
  expect(await running).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST' })
  // Nobody can write for as long as nobody has taken over.
  const refused = await insert(pool).catch((caught: unknown) => caught)
  expect(refused).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', outcome: 'not-sent' })
  expect((refused as Error).message).toContain('it is not read-write')
  expect(await pool.fetchValue('select count(*)::int from item where id < 3', [], { replica: true })).toBe(2)
  await servers.standby.query('select pg_promote()')
  await writesAgain(pool)
  expect(await pool.fetchValue(PORT)).toBe(servers.standby.port)
  expect(await pool.fetchValue('select count(*)::int from item where id = 7')).toBe(1)
})
