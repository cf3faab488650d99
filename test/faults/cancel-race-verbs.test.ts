/** The race of `cancel-race.test.ts` for every other verb, mixed at random. `TEST_CANCELS` sets how many, `TEST_SEED` repeats. */
import { AbortedTransactionError, connect, type Connection, type PreparedStatement } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { type Random, seededRandom } from '../support/random.ts'
import { sharedServer } from '../support/shared-server.ts'

const CANCELS = Number(process.env['TEST_CANCELS'] ?? 1_000)
const LANES = 4

/** What is cancelled: something that takes the given seconds, and ends early when the signal fires. */
interface Victim {
  readonly connection: Connection
  readonly sleep: PreparedStatement
  readonly seconds: number
  readonly signal: AbortSignal
}

const SLEEP = 'select pg_sleep($1)::text as slept'

const verbs: Readonly<Record<string, (victim: Victim) => Promise<unknown>>> = {
  batch: ({ connection, seconds, signal }) =>
    connection.batch([{ sql: 'select 1' }, { sql: SLEEP, parameters: [seconds] }, { sql: 'select 2' }], { signal }),
  'executeMany of an array': ({ connection, seconds, signal }) =>
    connection.executeMany(SLEEP, [[seconds / 2], [seconds / 2]], { signal }),
  'executeMany of an async source': ({ connection, seconds, signal }) =>
    connection.executeMany(
      SLEEP,
      (async function* () {
        yield [seconds / 2]
        await new Promise((resolve) => setTimeout(resolve, 1))
        yield [seconds / 2]
      })(),
      { signal },
    ),
  'executeMany in chunks': ({ connection, seconds, signal }) =>
    connection.executeMany(SLEEP, [[seconds / 2], [seconds / 2]], { signal, atomic: false, chunkRows: 1 }),
  cursor: async ({ connection, seconds, signal }) => {
    const sql = 'select pg_sleep($1)::text from generate_series(1, 3)'
    for await (const row of connection.cursor(sql, [seconds / 3], { prefetch: 1, signal })) void row
  },
  'stream that is left': async ({ connection, seconds, signal }) => {
    const sql = 'select pg_sleep($1)::text from generate_series(1, 4)'
    for await (const batch of connection.stream(sql, [seconds / 2], { batchRows: 1, signal })) if (batch) break
  },
  prepared: ({ sleep, seconds, signal }) => sleep.query([seconds], { signal }),
  transaction: ({ connection, seconds, signal }) =>
    connection.transaction((transaction) => transaction.query(SLEEP, [seconds]), { signal }),
}

/** Behind what was cancelled, at once, while a cancel may still be on its way. */
const innocents: readonly [Innocent, ...Innocent[]] = [
  async (connection, n) => (await connection.query('select $1::int as n', [n])).rows,
  async (connection, n) => (await connection.batch([{ sql: 'select $1::int as n', parameters: [n] }]))[0]?.rows,
  async (connection, n) =>
    (await connection.executeMany('select $1::int as n from pg_sleep(0.001)', [[n]], { returning: true })).rows,
  (connection, n) => connection.cursor('select $1::int as n', [n]).fetch(2),
]

type Innocent = (connection: Connection, n: number) => Promise<unknown>

interface Tally {
  ended: number
  cancelled: number
  /** When the next one is cancelled, more or less: what was faster makes it earlier, and what was not, later. */
  afterMs: number
}

/** True when it was cancelled before its end. */
async function cancelOne(
  connection: Connection,
  sleep: PreparedStatement,
  verb: string,
  afterMs: number,
  random: Random,
): Promise<boolean> {
  const controller = new AbortController()
  const seconds = random.between(0, 3) / 1000
  const running = verbs[verb]!({ connection, sleep, seconds, signal: controller.signal })
  const way = random.between(0, 2)
  // Before it was sent, about when it ends, or by the connection's own cancel.
  if (way === 0) setImmediate(() => controller.abort())
  else if (way === 1) setTimeout(() => controller.abort(), afterMs)
  const timer = way === 2 ? setTimeout(() => void connection.cancel(), afterMs) : undefined
  return running.then(
    () => {
      // A later one would mean what is asked next.
      clearTimeout(timer)
      return false
    },
    (error: Error) => {
      clearTimeout(timer)
      // In a transaction it may be the question for its id that is hit, which the COMMIT then tells.
      const told = error instanceof AbortedTransactionError ? error.cause : error
      if (error !== controller.signal.reason) expect(told).toMatchObject({ code: '57014' })
      return true
    },
  )
}

test(`of ${CANCELS} cancels of all verbs none hits what is asked next`, { timeout: 120_000 }, async () => {
  const random = seededRandom()
  const tallies = new Map(
    Object.keys(verbs).map((verb): [string, Tally] => [verb, { ended: 0, cancelled: 0, afterMs: 2 }]),
  )
  const names = [...tallies.keys()] as [string, ...string[]]
  const seed = `seed ${random.seed}`

  async function lane(): Promise<void> {
    await using connection = await connect(sharedServer().url)
    const sleep = await connection.prepare('select pg_sleep($1)::text as prepared')
    for (let index = 0; index < CANCELS / LANES; index++) {
      const verb = random.pick(names)
      const tally = tallies.get(verb)!
      const cancelled = await cancelOne(connection, sleep, verb, tally.afterMs, random)
      tally[cancelled ? 'cancelled' : 'ended']++
      // Those that are cancelled before they are sent, a third, are no reason to wait longer.
      tally.afterMs = Math.min(Math.max(tally.afterMs * (cancelled ? 1.1 : 0.8), 1), 200)
      expect(await random.pick(innocents)(connection, index), `${seed}, behind ${verb}`).toEqual([{ n: index }])
      expect(connection.transactionStatus, seed).toBe('I')
    }
    expect(connection.closed, seed).toBe(false)
  }

  await Promise.all(Array.from({ length: LANES }, lane))
  // Each was cancelled now and then, and faster now and then.
  for (const [verb, tally] of tallies) {
    expect(tally.cancelled, `${seed}: ${verb}`).toBeGreaterThan(0)
    expect(tally.ended, `${seed}: ${verb}`).toBeGreaterThan(0)
  }
})
