import fc from 'fast-check'
import { type Lease, type Pool, PoolClosedError, PoolTimeoutError } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { poolFixture, type PoolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
const MAX = 3

/** Somebody who asked for a connection, and what has become of it. */
interface Borrower {
  readonly controller: AbortController
  readonly name: number
  lease: Lease | null
  outcome: 'waiting' | 'served' | 'aborted' | 'refused'
  readonly settled: Promise<void>
}

/** What a pool must look like from outside, whatever is done to it: who holds, who waits, in which order. */
interface Model {
  readonly borrowers: Borrower[]
  /** Names in the order in which they were served. */
  readonly served: number[]
  closed: boolean
}

interface Real {
  readonly pool: Pool
  readonly fixture: PoolFixture
}

const holding = (model: Model) =>
  model.borrowers.filter((borrower) => borrower.outcome === 'served' && borrower.lease !== null)
const waiting = (model: Model) => model.borrowers.filter((borrower) => borrower.outcome === 'waiting')

/** Waits until as many hold a connection as can, and compares. */
async function check(model: Model, { pool }: Real): Promise<void> {
  const wanting = model.borrowers.filter((borrower) => borrower.outcome === 'waiting' || borrower.lease !== null).length
  await expect.poll(() => holding(model).length, { interval: 1 }).toBe(Math.min(MAX, wanting))
  await expect.poll(() => pool.stats.busy, { interval: 1 }).toBe(holding(model).length)
  const { size, connecting, idle, busy } = pool.stats
  expect(size + connecting).toBeLessThanOrEqual(MAX)
  expect(size).toBe(idle + busy)
  expect(pool.stats.waiting).toBe(waiting(model).length)
  // No connection has two borrowers, and nobody was served before somebody who had come earlier and still waits.
  const connections = holding(model).map((borrower) => borrower.lease?.connection)
  expect(new Set(connections).size).toBe(connections.length)
  expect(model.served).toEqual(model.served.toSorted((a, b) => a - b))
}

type Command = fc.AsyncCommand<Model, Real, boolean>

class Acquire implements Command {
  check = (): boolean => true

  async run(model: Model, real: Real): Promise<void> {
    const controller = new AbortController()
    const acquired = real.pool.acquire({ signal: controller.signal })
    const borrower: Borrower = {
      controller,
      name: model.borrowers.length,
      lease: null,
      outcome: 'waiting',
      settled: acquired.then(
        (lease) => {
          borrower.lease = lease
          borrower.outcome = 'served'
          model.served.push(borrower.name)
        },
        (error: unknown) => {
          expect(error).not.toBeInstanceOf(PoolTimeoutError)
          borrower.outcome = error instanceof PoolClosedError ? 'refused' : 'aborted'
        },
      ),
    }
    model.borrowers.push(borrower)
    if (model.closed) {
      await borrower.settled
      expect(borrower.outcome).toBe('refused')
    } else {
      await check(model, real)
    }
  }

  toString = (): string => 'acquire'
}

/** Does something with one of those who hold a connection, and gives it back. */
class End implements Command {
  readonly #how: keyof typeof endings
  readonly #which: number

  constructor(how: keyof typeof endings, which: number) {
    this.#how = how
    this.#which = which
  }

  check = (model: Readonly<Model>): boolean => !model.closed && holding(model).length > 0

  async run(model: Model, real: Real): Promise<void> {
    const holders = holding(model)
    const borrower = holders[this.#which % holders.length]!
    const lease = borrower.lease!
    await endings[this.#how](lease, real)
    borrower.lease = null
    lease.release()
    await check(model, real)
  }

  toString = (): string => `${this.#how} ${this.#which}`
}

const endings = {
  release: async (lease: Lease) => void (await lease.connection.query('select 1')),
  fail: async (lease: Lease) => void (await lease.connection.query('select 1 / 0').catch(() => {})),
  leaveTransactionOpen: async (lease: Lease) => void (await lease.connection.query('begin')),
  leaveQueryRunning: async (lease: Lease) => void lease.connection.query('select pg_sleep(0.005)').catch(() => {}),
  leaveSetting: async (lease: Lease) => void (await lease.connection.query('set work_mem = 1234')),
  close: async (lease: Lease) => void (await lease.connection.close()),
  terminate: async (lease: Lease) => lease.connection.terminate(),
  killBackend: async (lease: Lease, real: Real) => {
    await real.fixture.server.terminate(lease.connection.processId)
    await expect.poll(() => lease.connection.closed, { interval: 1 }).toBe(true)
  },
}

class Abort implements Command {
  readonly #which: number

  constructor(which: number) {
    this.#which = which
  }

  check = (model: Readonly<Model>): boolean => waiting(model).length > 0

  async run(model: Model, real: Real): Promise<void> {
    const waiters = waiting(model)
    const borrower = waiters[this.#which % waiters.length]!
    borrower.controller.abort()
    await borrower.settled
    expect(borrower.outcome).toBe('aborted')
    await check(model, real)
  }

  toString = (): string => `abort ${this.#which}`
}

class KillIdle implements Command {
  check = (model: Readonly<Model>): boolean => !model.closed

  async run(model: Model, real: Real): Promise<void> {
    const busy = new Set(holding(model).map((borrower) => borrower.lease?.connection.processId))
    const idle = (await real.fixture.backends()).filter((pid) => !busy.has(pid))
    await real.fixture.server.terminate(...idle)
    await expect.poll(() => real.pool.stats.idle, { interval: 1 }).toBe(0)
    await check(model, real)
  }

  toString = (): string => 'kill idle'
}

class Expire implements Command {
  check = (model: Readonly<Model>): boolean => !model.closed

  async run(model: Model, real: Real): Promise<void> {
    const before = (await real.fixture.backends()).length
    real.pool.expireConnections()
    // Those that nobody uses are gone at once, and nobody who has one loses it.
    expect(real.pool.stats.idle).toBe(0)
    expect(before).toBeGreaterThanOrEqual(holding(model).length)
    await check(model, real)
    for (const { lease } of holding(model)) expect(lease?.connection.closed).toBe(false)
  }

  toString = (): string => 'expire'
}

class Close implements Command {
  check = (model: Readonly<Model>): boolean => !model.closed

  async run(model: Model, real: Real): Promise<void> {
    model.closed = true
    await real.pool.close({ timeoutMs: 10 })
    await Promise.all(model.borrowers.map((borrower) => borrower.settled))
    for (const borrower of holding(model)) {
      borrower.lease?.release()
      borrower.lease = null
    }
    const { opened, closed } = real.pool.totals
    expect(Object.values(closed).reduce((sum, count) => sum + count, 0)).toBe(opened)
    expect(real.pool.stats).toEqual({ size: 0, idle: 0, busy: 0, connecting: 0, waiting: 0 })
    await expect.poll(() => real.fixture.backends(), { interval: 5 }).toEqual([])
  }

  toString = (): string => 'close'
}

const which = fc.nat({ max: 9 })
const commands = fc.commands<Model, Real, boolean>(
  [
    fc.constant(new Acquire()),
    fc.constant(new Acquire()),
    fc.constant(new Acquire()),
    ...(Object.keys(endings) as (keyof typeof endings)[]).map((how) => which.map((index) => new End(how, index))),
    which.map((index) => new Abort(index)),
    fc.constant(new KillIdle()),
    fc.constant(new Expire()),
    fc.constant(new Close()),
  ] as fc.Arbitrary<Command>[],
  { maxCommands: 40 },
)

test('a pool keeps its promises under any order of acquire, release, failure, abort, kill, expiry and close', async () => {
  const play = async (run: Iterable<Command>): Promise<void> => {
    const real: Real = {
      pool: fixture.open({ max: MAX, acquireTimeoutMs: 0, maxUses: 4, checkAfterIdleMs: 1 }),
      fixture,
    }
    const model: Model = { borrowers: [], served: [], closed: false }
    try {
      await fc.asyncModelRun(() => ({ model, real }), run)
    } finally {
      await real.pool.close({ timeoutMs: 0 })
    }
  }
  let latest: Promise<void> | undefined
  await fc.assert(
    fc.asyncProperty(commands, (run) => (latest = play(run))),
    { numRuns: 40, interruptAfterTimeLimit: 12_000 },
  )
  // One that was interrupted goes on to its end.
  await latest
})
