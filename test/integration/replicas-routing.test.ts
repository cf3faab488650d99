/** What of a pool goes to its replicas, and what does not. */
import { type Connection, type Pool, type Transaction, UsageError } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { ON_STANDBY, replicaFixture } from './replica-fixture.ts'

const servers = replicaFixture()

const marked = { replica: true } as const

test('a marked query runs on the replica, and any other on the primary', async () => {
  await using pool = servers.open()
  expect(await pool.fetchValue(ON_STANDBY, [], marked)).toBe(true)
  expect(await pool.fetchValue(ON_STANDBY)).toBe(false)
  expect(await pool.fetchValue(ON_STANDBY, [], { replica: false })).toBe(false)
})

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const taken: Item[] = []
  for await (const item of items) taken.push(item)
  return taken
}

describe.each<[string, (pool: Pool) => Promise<unknown>, unknown]>([
  ['query', async (pool) => (await pool.query(`${ON_STANDBY} as there`, [], marked)).rows, [{ there: true }]],
  ['fetch', (pool) => pool.fetch(`${ON_STANDBY} as there`, [], marked), [{ there: true }]],
  ['fetchRow', (pool) => pool.fetchRow(`${ON_STANDBY} as there`, [], marked), { there: true }],
  ['cursor', (pool) => all(pool.cursor(`${ON_STANDBY} as there`, [], marked)), [{ there: true }]],
  [
    'batch',
    async (pool) => (await pool.batch([{ sql: `${ON_STANDBY} as there` }], marked))[0]?.rows,
    [{ there: true }],
  ],
  [
    'copyTo',
    (pool) => all(pool.copyTo({ query: `${ON_STANDBY} as there` }, { format: 'rows', ...marked })),
    [[{ there: true }]],
  ],
  [
    'acquire',
    async (pool) => {
      await using lease = await pool.acquire(marked)
      return await lease.connection.fetchValue(ON_STANDBY)
    },
    true,
  ],
  ['transaction', (pool) => pool.transaction((tx) => tx.fetchValue(ON_STANDBY), marked), true],
])('%s', (_verb, read, expected) => {
  test('goes to the replica, gives its connection back, and takes none of the primary', async () => {
    await using pool = servers.open({ max: 1 })
    for (let round = 0; round < 3; round++) expect(await read(pool)).toEqual(expected)
    expect(pool.totals.opened).toBe(0)
    expect(pool.replicas[0]!.stats).toMatchObject({ size: 1, busy: 0, waiting: 0 })
  })
})

test('statements that share connections do so on the replica, too', async () => {
  await using pool = servers.open({ max: 2 })
  const name = (): Promise<unknown> => pool.fetchValue('select name from item where id = $1', [1], marked)
  for (let round = 0; round < 10; round++) await name()
  expect(await Promise.all(Array.from({ length: 200 }, name))).toEqual(Array.from({ length: 200 }, () => 'pen'))
  expect(pool.replicas[0]!.totals.opened).toBeLessThanOrEqual(2)
  expect(pool.totals.opened).toBe(0)
})

describe('a transaction', () => {
  const where = (tx: Transaction): Promise<unknown> => tx.fetchValue(ON_STANDBY)

  test.each([
    ['read only', { accessMode: 'read only' }, true],
    ['read only and repeatable read', { accessMode: 'read only', isolationLevel: 'repeatable read' }, true],
    ['read only and serializable', { accessMode: 'read only', isolationLevel: 'serializable' }, false],
    ['read only and deferrable', { accessMode: 'read only', deferrable: true }, false],
    ['marked and serializable', { replica: true, isolationLevel: 'serializable' }, false],
    ['read only and kept on the primary', { accessMode: 'read only', replica: false }, false],
    ['read write', { accessMode: 'read write' }, false],
    ['as the session says', {}, false],
  ] as const)('that is %s', async (_name, options, onStandby) => {
    await using pool = servers.open()
    expect(await pool.transaction(where, options)).toBe(onStandby)
  })

  test('that is marked is read only, wherever it runs', async () => {
    await using pool = servers.open({ replicas: [] })
    const mode = await pool.transaction((tx) => tx.fetchValue('show transaction_read_only'), marked)
    expect(mode).toBe('on')
  })

  test('cannot be marked and write', async () => {
    await using pool = servers.open()
    const mixed = pool.transaction(where, { replica: true, accessMode: 'read write' })
    await expect(mixed).rejects.toBeInstanceOf(UsageError)
  })

  test('keeps what is marked inside of it', async () => {
    await using pool = servers.open()
    const seen = await pool.transaction(async (tx) => {
      await tx.query(`insert into item values (3, 'nib')`)
      const rows = await tx.fetch(`select name, pg_is_in_recovery() as there from item where id = 3`, [], marked)
      await tx.query('delete from item where id = 3')
      return rows
    })
    expect(seen).toEqual([{ name: 'nib', there: false }])
  })

  test('whose function fails with an error of a connection is not run again elsewhere', async () => {
    await using pool = servers.open()
    let runs = 0
    const failing = pool.transaction(
      async (tx) => {
        runs++
        await tx.query('select pg_terminate_backend(pg_backend_pid())')
      },
      { accessMode: 'read only' },
    )
    await expect(failing).rejects.toMatchObject({ code: '57P01' })
    expect(runs).toBe(1)
  })
})

test('a connection that is held keeps what is marked', async () => {
  await using pool = servers.open()
  await using lease = await pool.acquire()
  expect(await lease.connection.fetchValue(ON_STANDBY, [], marked)).toBe(false)
})

describe('what is marked and writes', () => {
  const writes: [string, (pool: Pool) => Promise<unknown>][] = [
    ['an insert', (pool) => pool.query(`insert into item values (9, 'x')`, [], marked)],
    ['a CTE', (pool) => pool.query(`with x as (delete from item returning 1) select * from x`, [], marked)],
    ['a lock', (pool) => pool.query('select * from item for update', [], marked)],
    ['a function', (pool) => pool.query(`select nextval('counter')`, [], marked)],
    ['a cursor', (pool) => all(pool.cursor(`insert into item values (9, 'x') returning id`, [], marked))],
    ['a batch', (pool) => pool.batch([{ sql: 'select 1' }, { sql: 'delete from item' }], marked)],
    ['a COPY', (pool) => all(pool.copyTo({ query: 'delete from item returning id' }, { format: 'rows', ...marked }))],
    ['a transaction', (pool) => pool.transaction((tx) => tx.query('delete from item'), marked)],
  ]

  test.each(writes)('%s is refused by the standby, and by the primary in its place', async (_name, write) => {
    await servers.primary.query('create sequence if not exists counter')
    await servers.caughtUp()
    for (const replicas of [[{ port: servers.standby.port }], []]) {
      await using pool = servers.open({ replicas })
      await expect(write(pool)).rejects.toMatchObject({ code: '25006', outcome: 'rolled-back' })
      expect(await pool.fetchValue('select count(*)::int from item')).toBe(2)
      // What a pool did to have it refused is nothing that whoever comes next would notice.
      expect(await pool.fetchValue('show transaction_read_only')).toBe('off')
      expect(pool.totals.closed).toMatchObject({ demoted: 0, expired: 0 })
    }
  })
})

test('what a connection writes that was acquired for reading is refused by the standby, and not by the primary in its place', async () => {
  for (const [replicas, refused] of [
    [[{ port: servers.standby.port }], true],
    [[], false],
  ] as const) {
    await using pool = servers.open({ replicas })
    await using lease = await pool.acquire(marked)
    const write = (): Promise<unknown> => lease.connection.query(`update item set name = name`)
    if (refused) await expect(write()).rejects.toMatchObject({ code: '25006' })
    else await write()
    // This is refused by both.
    const transaction = pool.transaction((tx) => tx.query('delete from item'), marked)
    await expect(transaction).rejects.toMatchObject({ code: '25006' })
  }
})

test('without replicas the primary answers what is marked', async () => {
  await using pool = servers.open({ replicas: [] })
  expect(await pool.fetchValue('select count(*)::int from item', [], marked)).toBe(2)
  expect(await pool.fetchValue(ON_STANDBY, [], marked)).toBe(false)
  expect(pool.replicas).toEqual([])
})

test('a mark is true or false', async () => {
  await using pool = servers.open()
  const wrong = { replica: 'yes' as never }
  for (const call of [
    pool.query('select 1', [], wrong),
    pool.acquire(wrong),
    pool.batch([], wrong),
    pool.transaction(async () => {}, wrong),
  ]) {
    await expect(call).rejects.toThrow('replica must be true or false')
  }
})

test('the caller of a marked query is in the stack of its error', async () => {
  await using pool = servers.open()
  async function theCaller(): Promise<void> {
    await pool.query('select 1 / 0', [], marked)
  }
  const error = await theCaller().catch((caught: unknown) => caught as Error)
  expect((error as Error).stack).toContain('theCaller')
})

test('a limit of time covers the wait for a replica', async () => {
  await using pool = servers.open({ max: 1 })
  await using held = await pool.acquire(marked)
  const late = pool.query(ON_STANDBY, [], { replica: true, timeoutMs: 20 })
  await expect(late).rejects.toMatchObject({ name: 'QueryTimeoutError', outcome: 'not-sent' })
  expect(await held.connection.fetchValue(ON_STANDBY)).toBe(true)
})

test('an aborted wait for a replica goes nowhere else', async () => {
  await using pool = servers.open({ max: 1 })
  await using held = await pool.acquire(marked)
  const reason = new Error('enough')
  const abort = new AbortController()
  const waiting = pool.fetchValue(ON_STANDBY, [], { replica: true, signal: abort.signal })
  abort.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  expect(pool.totals.opened).toBe(0)
  expect(held.connection.closed).toBe(false)
})

describe('of several replicas', () => {
  const twice = (): { replicas: { port: number }[] } => ({
    replicas: [{ port: servers.standby.port }, { port: servers.standby.port }],
  })

  test('all have their turn', async () => {
    await using pool = servers.open(twice())
    for (let round = 0; round < 4; round++) await pool.query(ON_STANDBY, [], marked)
    expect(pool.replicas.map(({ totals }) => totals.acquireMs.count)).toEqual([2, 2])
  })

  test('the one with less to do is chosen', async () => {
    await using pool = servers.open(twice())
    await using held = await pool.acquire(marked)
    const busy = pool.replicas.findIndex(({ stats }) => stats.busy === 1)
    for (let round = 0; round < 4; round++) await pool.query(ON_STANDBY, [], marked)
    expect(pool.replicas[busy]!.totals.acquireMs.count).toBe(1)
    expect(pool.replicas[1 - busy]!.totals.acquireMs.count).toBe(4)
    expect(held.connection.closed).toBe(false)
  })
})

describe('what concerns a pool concerns its replicas', () => {
  test('warmUp opens as many connections as are kept', async () => {
    await using pool = servers.open({ min: 2 })
    await pool.warmUp()
    expect([pool.stats.size, pool.replicas[0]!.stats.size]).toEqual([2, 2])
  })

  test('expireConnections replaces theirs', async () => {
    await using pool = servers.open()
    await pool.warmUp()
    pool.expireConnections()
    expect(pool.totals.closed.expired).toBe(1)
    expect(pool.replicas[0]!.totals.closed.expired).toBe(1)
    expect(await pool.fetchValue(ON_STANDBY, [], marked)).toBe(true)
  })

  test('hooks are called with theirs', async () => {
    const opened: unknown[] = []
    const onConnect = async (connection: Connection): Promise<void> => {
      opened.push(await connection.fetchValue(ON_STANDBY))
    }
    await using pool = servers.open({ onConnect })
    await pool.query('select 1')
    await pool.query('select 1', [], marked)
    expect(opened).toEqual([false, true])
  })

  test('close waits for what runs there, and closes theirs', async () => {
    const pool = servers.open()
    const running = pool.fetchValue('select pg_sleep(0.05)::text', [], marked)
    await pool.close()
    expect(await running).toBe('')
    expect(pool.replicas[0]!.stats).toEqual({ size: 0, idle: 0, busy: 0, connecting: 0, waiting: 0 })
    await expect(pool.query('select 1', [], marked)).rejects.toMatchObject({ code: 'PGWIRE_POOL_CLOSED' })
  })
})

test('the state of a replica says which it is', async () => {
  await using pool = servers.open()
  await pool.query('select 1', [], marked)
  const { host, port } = servers.standby
  expect(pool.replicas).toMatchObject([{ host, port, available: true, stats: { size: 1 }, totals: { opened: 1 } }])
})
