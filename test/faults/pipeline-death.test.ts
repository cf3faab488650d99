/**
 * Calls of all verbs in one pipeline, whose connection ends at a random byte: what each of them is told, by its position.
 * `TEST_FAULTS` sets how many connections, `TEST_SEED` repeats a run.
 */
import { connect, type Connection, type Outcome } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts'
import { type Random, seededRandom } from '../support/random.ts'
import { sharedServer } from '../support/shared-server.ts'

const FAULTS = Number(process.env['TEST_FAULTS'] ?? 300)
const INSERT = 'insert into ledger values ($1)'
/** In the table from the beginning. */
const TAKEN = -1

/** What a caller was told: that it succeeded, that the server refused it, or the outcome on the loss of the connection. */
type Told = 'ok' | 'refused' | Outcome

/** How many of a call's rows may be in the table, by what the caller was told: none, all, or one of both. */
const mayBe: Readonly<Record<Told, readonly ('none' | 'all')[]>> = {
  ok: ['all'],
  applied: ['all'],
  refused: ['none'],
  'rolled-back': ['none'],
  'not-sent': ['none'],
  unknown: ['none', 'all'],
}

/** A call that writes the given numbers. */
type Call = (connection: Connection, numbers: readonly number[]) => Promise<unknown>

const calls: Readonly<Record<string, Call>> = {
  query: (connection, [n]) => connection.query(INSERT, [n]),
  'query with rows': async (connection, [n]) => {
    const { rows } = await connection.query(`${INSERT} returning n, repeat('x', 500) as text`, [n])
    expect(rows).toEqual([{ n, text: 'x'.repeat(500) }])
  },
  'query that is refused': (connection) => connection.query(INSERT, [TAKEN]),
  batch: (connection, numbers) => connection.batch(numbers.map((n) => ({ sql: INSERT, parameters: [n] }))),
  'batch that is refused': (connection, [n]) =>
    connection.batch([n, TAKEN].map((one) => ({ sql: INSERT, parameters: [one] }))),
  executeMany: (connection, numbers) =>
    connection.executeMany(
      INSERT,
      numbers.map((n) => [n]),
    ),
  script: (connection, numbers) =>
    connection.execute(numbers.map((n) => `insert into ledger values (${n})`).join('; ')),
  stream: async (connection, [n]) => {
    for await (const batch of connection.stream(`${INSERT} returning n`, [n], { batchRows: 1 })) void batch
  },
}

const names = Object.keys(calls) as [string, ...string[]]

interface Position {
  readonly name: string
  readonly numbers: readonly number[]
  readonly told: Told
}

async function tell(name: string, connection: Connection, numbers: readonly number[]): Promise<Position> {
  try {
    await calls[name]!(connection, numbers)
    return { name, numbers, told: 'ok' }
  } catch (error) {
    const { code, outcome } = error as { code?: string; outcome?: Outcome }
    if (code === '23505' && outcome === 'rolled-back') return { name, numbers, told: 'refused' }
    expect(error).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', outcome: expect.any(String) })
    return { name, numbers, told: outcome ?? 'unknown' }
  }
}

/** A connection that has described every statement, so that calls of one tick leave together. */
async function warmConnection(url: string): Promise<Connection> {
  const connection = await connect(url)
  for (const sql of [INSERT, `${INSERT} returning n`, `${INSERT} returning n, repeat('x', 500) as text`]) {
    await connection.prepare(sql)
  }
  return connection
}

function cutSoon(proxy: FaultProxy, random: Random): void {
  const [lane, reach] = random.pick([['toServer', 1_200] as const, ['toClient', 4_000] as const])
  const sofar = proxy.connections.at(-1)?.[lane].bytes ?? 0
  const cutAfterBytes = sofar + random.between(1, reach)
  const pieces = random.pick([{}, {}, { pieceBytes: random.between(1, 40) }])
  proxy.setFaults({ [lane]: { cutAfterBytes, cutBy: random.pick(['fin', 'reset'] as const), ...pieces } })
}

/** What is wrong with the order of what they were told: nothing that was lost is followed by something that was not. */
function misplaced(told: readonly Told[]): boolean {
  const ranks = told.map((one) => ({ ok: 0, refused: 0, applied: 0, 'rolled-back': 1, unknown: 1, 'not-sent': 2 })[one])
  return ranks.some((rank, index) => rank < (ranks[index - 1] ?? 0))
}

test(`${FAULTS} pipelines cut at random: each call is told what has become of it`, { timeout: 180_000 }, async () => {
  const server = sharedServer()
  await using database = await server.createDatabase()
  await server.query(`create table ledger (n int primary key)`, [], database.name)
  await server.query(`insert into ledger values (${TAKEN})`, [], database.name)
  await using proxy = await faultProxy(server)
  const random = seededRandom()
  const positions: Position[] = []
  let next = 0
  for (let fault = 0; fault < FAULTS; fault++) {
    proxy.setFaults({})
    const connection = await warmConnection(proxy.through(database.url))
    cutSoon(proxy, random)
    const made = Array.from({ length: random.between(3, 12) }, () => {
      const numbers = [next++, next++, next++]
      const name = random.pick(names)
      const single = !['batch', 'executeMany', 'script'].includes(name)
      return tell(name, connection, single ? numbers.slice(0, 1) : numbers)
    })
    const pipeline = await Promise.all(made)
    positions.push(...pipeline)
    const told = pipeline.map((position) => position.told)
    expect(misplaced(told), `seed ${random.seed}: ${pipeline.map(({ name, told }) => `${name} ${told}`).join()}`).toBe(
      false,
    )
    await connection.close({ timeoutMs: 1 })
  }
  // What the server got, it finishes, whether anybody is there to hear of it or not.
  await expect.poll(() => server.backends(database.name)).toEqual([])

  const rows = await server.query('select n from ledger', [], database.name)
  const written = new Set(rows.map(({ n }) => Number(n)))
  const lies = positions.filter(({ numbers, told }) => {
    const count = numbers.filter((n) => written.has(n)).length
    if (count !== 0 && count !== numbers.length) return true
    return !mayBe[told].includes(count === 0 ? 'none' : 'all')
  })
  expect(lies, `seed ${random.seed}`).toEqual([])
  const seen = new Set(positions.map(({ told }) => told))
  expect([...seen], `seed ${random.seed}`).toEqual(expect.arrayContaining(['ok', 'refused', 'unknown', 'not-sent']))
})

test('what is asked in the moment in which the connection ends has not left, and every call says so', async () => {
  const connection = await connect(sharedServer().url)
  await connection.query('select $1::int', [0])
  const asked = [
    connection.query('select $1::int', [1]),
    connection.batch([{ sql: 'select $1::int', parameters: [2] }]),
    connection.execute('select 3'),
    connection.executeMany('select $1::int', [[4], [5]]),
    connection.query('select $1::int', [6]),
  ]
  connection.terminate()
  for (const settled of await Promise.allSettled(asked)) {
    expect(settled).toMatchObject({ status: 'rejected', reason: { name: 'ConnectionError', outcome: 'not-sent' } })
  }
})
