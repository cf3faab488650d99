import { type Connection, createPool, PoolTimeoutError } from 'kysely-pgwire'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
const warnings: Error[] = []
const keepWarning = (warning: Error): void => void warnings.push(warning)

beforeEach(() => {
  process.on('warning', keepWarning)
})

afterEach(() => {
  process.off('warning', keepWarning)
  warnings.length = 0
})

test('onConnect is called once per connection before its first use, onAcquire and onRelease for each use', async () => {
  const calls: string[] = []
  await using pool = fixture.open({
    max: 1,
    onConnect: async (connection) => {
      await connection.query('select 1')
      calls.push('connect')
    },
    onAcquire: async (connection) => {
      await connection.query('select 2')
      calls.push('acquire')
    },
    onRelease: (connection) => calls.push(`release ${connection.transactionStatus}`),
  })
  await pool.query('select 3')
  const lease = await pool.acquire()
  await lease.connection.query('begin')
  lease.release()
  await pool.transaction((transaction) => transaction.query('select 4'))
  await expect.poll(() => calls).toHaveLength(7)
  expect(calls).toEqual(['connect', 'acquire', 'release I', 'acquire', 'release I', 'acquire', 'release I'])
})

test('what onConnect has set up is there for everybody, also behind a reset', async () => {
  let calls = 0
  await using pool = fixture.open({
    max: 1,
    onConnect: async (connection) => {
      calls++
      await connection.query(`set work_mem = '1234kB'`)
    },
  })
  await expect(pool.fetchValue('show work_mem')).resolves.toBe('1234kB')
  expect(calls).toBe(1)
  await pool.query(`set work_mem = '9999kB'`)
  await expect(pool.fetchValue('show work_mem')).resolves.toBe('1234kB')
  expect(calls).toBe(2)
  expect(pool.totals.opened).toBe(1)
})

test('what onConnect has set up is there again, also when the borrower has reset the connection', async () => {
  await using pool = fixture.open({ max: 1, onConnect: (connection) => connection.query(`set work_mem = '1234kB'`) })
  const lease = await pool.acquire()
  await lease.connection.reset()
  lease.release()
  await expect(pool.fetchValue('show work_mem')).resolves.toBe('1234kB')
})

test('statements share connections with onConnect, and not with the other hooks', async () => {
  const depth = async (hooks: object): Promise<number> => {
    await using pool = fixture.open({ max: 1, ...hooks })
    for (let run = 0; run < 5; run++) await pool.query('select $1::int4', [run])
    const all = Array.from({ length: 20 }, (_, n) => pool.query('select $1::int4', [n]))
    const { waiting } = pool.stats
    await Promise.all(all)
    return waiting
  }
  const hook = async (): Promise<void> => {}
  // Unless they have seemed to take long, as they do now and then on a busy machine.
  await expect.poll(() => depth({ onConnect: hook })).toBe(0)
  await expect(depth({ onAcquire: hook })).resolves.toBeGreaterThan(0)
  await expect(depth({ onRelease: hook })).resolves.toBeGreaterThan(0)
})

describe.each(['onConnect', 'onAcquire'] as const)('%s that fails', (name) => {
  test('is told to the caller, and its connection is not used', async () => {
    let calls = 0
    const hook = async (connection: Connection): Promise<void> => {
      await connection.query(`set application_name = 'half prepared'`)
      if (++calls === 1) throw new Error('not today')
    }
    await using pool = fixture.open({ max: 1, [name]: hook })
    await expect(pool.query('select 1')).rejects.toThrow('not today')
    await expect.poll(() => fixture.backends()).toEqual([])
    await expect(pool.fetchValue('select 1')).resolves.toBe(1)
    expect(pool.totals.closed.hook).toBe(1)
  })

  test('30 times in a row leaves nothing behind', async () => {
    const hook = (): never => {
      throw new Error('never')
    }
    await using pool = fixture.open({ max: 1, [name]: hook })
    for (let attempt = 0; attempt < 30; attempt++) await expect(pool.query('select 1')).rejects.toThrow('never')
    expect(pool.stats).toMatchObject({ size: 0, connecting: 0, waiting: 0 })
  })

  test('that never ends is given up', async () => {
    let hangs = true
    const hook = (): Promise<void> | undefined => (hangs ? new Promise(() => {}) : undefined)
    await using pool = fixture.open({ max: 1, hookTimeoutMs: 50, [name]: hook })
    const failing = pool.query('select 1')
    await expect(failing).rejects.toThrow(PoolTimeoutError)
    await expect(failing).rejects.toThrow(`The pool's hook ${name} took longer than 50 ms`)
    hangs = false
    await expect(pool.fetchValue('select 1')).resolves.toBe(1)
  })
})

test('whoever gives up while onAcquire runs is released at once, and the connection is replaced', async () => {
  const { promise: called, resolve: begin } = Promise.withResolvers<void>()
  let hangs = true
  await using pool = fixture.open({
    max: 1,
    onAcquire: () => {
      begin()
      return hangs ? new Promise(() => {}) : undefined
    },
  })
  const controller = new AbortController()
  const acquiring = pool.acquire({ signal: controller.signal })
  await called
  controller.abort()
  await expect(acquiring).rejects.toBe(controller.signal.reason)
  hangs = false
  await expect(pool.fetchValue('select 1')).resolves.toBe(1)
})

test('onRelease that fails becomes a warning, and its connection is replaced', async () => {
  await using pool = fixture.open({
    max: 1,
    onRelease: () => {
      throw new Error('cannot let go')
    },
  })
  const first = await pool.fetchValue('select pg_backend_pid()')
  await expect(pool.fetchValue('select pg_backend_pid()')).resolves.not.toBe(first)
  expect(warnings.map(({ message }) => message)).toContain('cannot let go')
  await expect.poll(() => pool.totals.closed.unclean).toBe(2)
})

test('a hook that leaves a transaction open leaves it to nobody', async () => {
  await using pool = fixture.open({ max: 1, onConnect: (connection) => connection.query('begin') })
  await using lease = await pool.acquire()
  expect(lease.connection.transactionStatus).toBe('I')
})

test('a pool can be closed while a hook hangs', async () => {
  const { promise: called, resolve: begin } = Promise.withResolvers<void>()
  const pool = createPool({
    connection: fixture.url,
    onConnect: () => {
      begin()
      return new Promise(() => {})
    },
  })
  const refused = expect(pool.query('select 1')).rejects.toMatchObject({ code: 'PGWIRE_POOL_CLOSED' })
  await called
  await pool.close({ timeoutMs: 1 })
  await refused
  await expect.poll(() => fixture.backends()).toEqual([])
})
