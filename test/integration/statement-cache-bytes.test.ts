/** The statement cache is bounded in bytes, on the connection and so on the server. */
import { connect, type Connection } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { deallocating } from './deallocating.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
const open = (bytes: number, size = 256) =>
  connect(`${fixture.url}?statement_cache_bytes=${bytes}&statement_cache_size=${size}`)

async function prepared(connection: Connection): Promise<string[]> {
  const [result] = await connection.execute(
    `select trim(statement) from pg_prepared_statements where name like '\\_p%' order by prepare_time`,
  )
  return (result?.rows ?? []).map(([sql]) => String(sql))
}

/** A statement of about 4 kB. */
const long = (n: number) => `select $1::int4 as n, ${n} as variant`.padEnd(4_000 - 256 - 32 - 2 * 192)

test('the server has as many as fit, and those that were used last', async () => {
  await using connection = await open(20_000)
  for (let n = 0; n < 30; n++) {
    await connection.query(long(n), [n])
    await connection.query(long(1_000), [n])
  }
  const statements = await prepared(connection)
  // What has given way last is closed together with the next Parse.
  expect(statements.length).toBeLessThanOrEqual(6)
  expect(statements).toContain(long(1_000).trim())
  expect(statements.slice(-4)).toEqual([26, 27, 28, 29].map((n) => long(n).trim()))
})

test.each([1, 8_000, 20_000])('200 statements in one pipeline work with %i bytes', async (bytes) => {
  await using connection = await open(bytes)
  for (let round = 0; round < 3; round++) {
    const queries = Array.from({ length: 200 }, (_, n) => connection.query(long(n % 40), [n]))
    const results = await Promise.all(queries)
    expect(results.map(({ rows }) => rows[0])).toEqual(Array.from({ length: 200 }, (_, n) => ({ n, variant: n % 40 })))
  }
  expect((await prepared(connection)).length).toBeLessThanOrEqual(Math.floor(bytes / 3_500) + 1)
})

test('0 bytes keep nothing on the server', async () => {
  await using connection = await open(0)
  for (let n = 0; n < 3; n++) expect((await connection.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  expect(await prepared(connection)).toEqual([])
})

test('of one statement asked for 100 times at once, one Parse is sent', async () => {
  await using connection = await open(20_000)
  await connection.query('select 0')
  await Promise.all(Array.from({ length: 100 }, (_, n) => connection.query(long(7), [n])))
  expect(await prepared(connection)).toEqual(['select 0', long(7).trim()])
})

test.each(deallocating)('%s is survived, again and again, within the bound', async (script) => {
  await using connection = await open(20_000)
  for (let round = 0; round < 10; round++) {
    for (let n = 0; n < 8; n++) {
      expect((await connection.query(long(n), [round])).rows).toEqual([{ n: round, variant: n }])
    }
    expect((await prepared(connection)).length).toBeLessThanOrEqual(6)
    await connection.execute(script)
    expect(await prepared(connection)).toEqual([])
  }
  const mixed = Array.from({ length: 40 }, (_, n) => connection.query(long(n % 8), [n]))
  expect((await Promise.all(mixed)).map(({ rows }) => rows[0])).toEqual(
    Array.from({ length: 40 }, (_, n) => ({ n, variant: n % 8 })),
  )
})

test('a statement whose columns make it too large for the cache is executed all the same, each time', async () => {
  await using connection = await open(10_000)
  const wide = `select ${Array.from({ length: 100 }, (_, n) => `${n} as c${n}`).join()}`
  for (let n = 0; n < 3; n++) expect(Object.keys((await connection.query<object>(wide)).rows[0]!)).toHaveLength(100)
  await connection.query('select 1')
  expect(await prepared(connection)).toEqual(['select 1'])
})

test('a random workload never leaves more than the bound on the server', async () => {
  await using connection = await open(30_000, 10)
  let seed = 11
  for (let round = 0; round < 20; round++) {
    const queries = Array.from({ length: 30 }, () => {
      seed = (seed * 48_271) % 0x7fff_ffff
      const n = seed % 50
      return connection
        .query(`select ${n} as n`.padEnd((seed >> 8) % 9_000))
        .then(({ rows }) => expect(rows).toEqual([{ n }]))
    })
    await Promise.all(queries)
    // Closes what has given way so far.
    await connection.query(`select 'round ${round}'`)
    await connection.query(`select 'behind ${round}'`)
    const [result] = await connection.execute(
      `select count(*), coalesce(sum(octet_length(statement)), 0) from pg_prepared_statements where name like '\\_p%'`,
    )
    const [count, bytes] = result?.rows[0] ?? []
    expect(Number(count)).toBeLessThanOrEqual(11)
    expect(Number(bytes)).toBeLessThanOrEqual(30_000)
  }
})
