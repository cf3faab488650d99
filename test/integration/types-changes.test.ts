/** Types that are dropped and made again, or altered, behind the back of connections that have met them. */
import { connect, type Connection, createPool } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const server = sharedServer()
let database: TestDatabase

beforeAll(async () => {
  database = await server.createDatabase()
})

afterAll(() => database.drop())

/** On a connection that is not under test. */
const behindOurBack = (sql: string) => server.query(sql, [], database.name)

const errorFrom = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as Error,
  )

async function collect(connection: Connection, sql: string, parameters: readonly unknown[] = []): Promise<unknown[]> {
  const rows: unknown[] = []
  for await (const batch of connection.stream(sql, parameters, { batchRows: 2 })) rows.push(...batch)
  return rows
}

interface Pair extends AsyncDisposable {
  readonly first: Connection
  readonly second: Connection
}

/** Two connections of one pool, which is closed with them. */
async function openPair(): Promise<Pair> {
  const pool = createPool({ connection: database.url, max: 2 })
  const leases = await Promise.all([pool.acquire(), pool.acquire()])
  return {
    first: leases[0].connection,
    second: leases[1].connection,
    [Symbol.asyncDispose]: () => {
      for (const lease of leases) lease.release()
      return pool.close()
    },
  }
}

interface Change {
  readonly what: string
  readonly before: string
  readonly change: string
  readonly sql: string
  /** What works before the change, and after it. */
  readonly old: { readonly given: unknown; readonly rows: unknown[] }
  readonly now: { readonly given: unknown; readonly rows: unknown[] }
  /** What the server says inside a transaction, where nothing can be repeated; undefined: it works. */
  readonly inside?: string
}

const remade = (drop: string, type: string) => ({ before: `${drop}; ${type}`, change: `${drop}; ${type}` })
const enumAgain = remade('drop type if exists mood cascade', `create type mood as enum ('sad', 'ok')`)
const compositeAgain = remade('drop type if exists item cascade', 'create type item as (name text, price numeric)')
const item = { name: 'pen', price: '1.50' }
const altered = (alter: string) => ({ before: compositeAgain.before, change: `alter type item ${alter}` })

const changes: readonly Change[] = [
  {
    what: 'an enum that is made again, as a parameter and a result',
    ...enumAgain,
    sql: 'select $1::mood as it',
    old: { given: 'ok', rows: [{ it: 'ok' }] },
    now: { given: 'ok', rows: [{ it: 'ok' }] },
    inside: 'XX000',
  },
  {
    what: 'an enum that is made again, as a result alone',
    ...enumAgain,
    sql: `select $1::int as n, 'ok'::mood as it`,
    old: { given: 1, rows: [{ n: 1, it: 'ok' }] },
    now: { given: 1, rows: [{ n: 1, it: 'ok' }] },
    inside: 'XX000',
  },
  {
    what: 'an array of an enum that is made again',
    ...enumAgain,
    sql: 'select $1::mood[] as them',
    old: { given: ['ok', null], rows: [{ them: ['ok', null] }] },
    now: { given: ['sad', null], rows: [{ them: ['sad', null] }] },
    inside: 'XX000',
  },
  {
    what: 'a label that is added to an enum',
    before: enumAgain.before,
    change: `alter type mood add value 'great'`,
    sql: 'select $1::mood[] as them',
    old: { given: ['ok'], rows: [{ them: ['ok'] }] },
    now: { given: ['great'], rows: [{ them: ['great'] }] },
  },
  {
    what: 'a composite that is made again',
    ...compositeAgain,
    sql: 'select $1::item as it',
    old: { given: item, rows: [{ it: item }] },
    now: { given: item, rows: [{ it: item }] },
    inside: 'XX000',
  },
  {
    what: 'an array of a composite that is made again with other fields',
    before: compositeAgain.before,
    change: 'drop type item cascade; create type item as (label text)',
    sql: 'select $1::item[] as them',
    old: { given: [item], rows: [{ them: [item] }] },
    now: { given: [{ label: 'x' }], rows: [{ them: [{ label: 'x' }] }] },
  },
  {
    what: 'a domain that is made again over another type',
    before: 'drop domain if exists amount cascade; create domain amount as int',
    change: 'drop domain amount; create domain amount as text',
    sql: 'select $1::amount as it, array[$1::amount] as them',
    old: { given: 7, rows: [{ it: 7, them: [7] }] },
    now: { given: 'seven', rows: [{ it: 'seven', them: ['seven'] }] },
    inside: 'XX000',
  },
  {
    what: 'a range that is made again over another type',
    before: 'drop type if exists span cascade; create type span as range (subtype = int4)',
    change: 'drop type span; create type span as range (subtype = text)',
    sql: `select $1::text as n, lower($1::span)::text as it, array[$1::span]::text as them`,
    old: { given: '[1,3)', rows: [{ n: '[1,3)', it: '1', them: '{"[1,3)"}' }] },
    now: { given: '[a,c)', rows: [{ n: '[a,c)', it: 'a', them: '{"[a,c)"}' }] },
    inside: 'XX000',
  },
  {
    what: 'a column that is added to a table whose rows are a result',
    before: `drop table if exists goods; create table goods (name text, price numeric); insert into goods values ('pen', 1.50)`,
    change: 'alter table goods add column weight int default 3',
    sql: 'select $1::int as n, goods as it, array[goods] as them from goods',
    old: { given: 1, rows: [{ n: 1, it: item, them: [item] }] },
    now: { given: 1, rows: [{ n: 1, it: { ...item, weight: 3 }, them: [{ ...item, weight: 3 }] }] },
  },
  {
    what: 'a column that is dropped from a table whose rows are in a record',
    before: `drop table if exists goods; create table goods (name text, price numeric); insert into goods values ('pen', 1.50)`,
    change: 'alter table goods drop column price',
    sql: 'select row($1::int, goods) as it from goods',
    old: { given: 1, rows: [{ it: [1, item] }] },
    now: { given: 1, rows: [{ it: [1, { name: 'pen' }] }] },
  },
  {
    what: 'a field that is added, in a parameter that has it',
    ...altered('add attribute weight int'),
    sql: 'select $1::item as it',
    old: { given: item, rows: [{ it: item }] },
    now: { given: { ...item, weight: 3 }, rows: [{ it: { ...item, weight: 3 } }] },
  },
  {
    what: 'a field that is added, in a parameter that lacks it',
    ...altered('add attribute weight int'),
    sql: 'select $1::item as it',
    old: { given: item, rows: [{ it: item }] },
    now: { given: item, rows: [{ it: { ...item, weight: null } }] },
    // It holds a string, and so it goes as text.
    inside: '22P02',
  },
  {
    what: 'a field that is added, in a binary parameter that lacks it',
    ...altered('add attribute weight int'),
    sql: 'select $1::item as it',
    old: { given: { name: 'pen', price: 2 }, rows: [{ it: { name: 'pen', price: '2' } }] },
    now: { given: { name: 'pen', price: 2 }, rows: [{ it: { name: 'pen', price: '2', weight: null } }] },
    inside: '42804',
  },
  {
    what: 'a field that is dropped',
    ...altered('drop attribute price'),
    sql: 'select $1::item as it, array[$1::item] as them',
    old: { given: item, rows: [{ it: item, them: [item] }] },
    now: { given: { name: 'pen' }, rows: [{ it: { name: 'pen' }, them: [{ name: 'pen' }] }] },
    inside: '42804',
  },
  {
    what: 'a field that gets another type',
    ...altered('alter attribute price type int'),
    sql: 'select $1::item[] as them',
    old: { given: [item], rows: [{ them: [item] }] },
    now: { given: [{ name: 'pen', price: 2 }], rows: [{ them: [{ name: 'pen', price: 2 }] }] },
    inside: '42804',
  },
  {
    what: 'a field that gets a type which only has a text form',
    ...altered('add attribute tags tsvector'),
    sql: 'select $1::item as it',
    old: { given: item, rows: [{ it: item }] },
    now: {
      given: { ...item, tags: `'a':1` },
      rows: [{ it: { ...item, tags: `'a':1` } }],
    },
  },
  {
    what: 'a field with another name, in a parameter that says so',
    ...altered('rename attribute price to cost'),
    sql: 'select $1::item as it',
    old: { given: item, rows: [{ it: item }] },
    now: { given: { name: 'pen', cost: '2' }, rows: [{ it: { name: 'pen', cost: '2' } }] },
  },
]

describe.each(changes)('$what', ({ before, change, sql, old, now, inside }) => {
  const prepare = () => behindOurBack(before)

  test('is not noticed by the connections of a pool', async () => {
    await prepare()
    await using pair = await openPair()
    const connections = [pair.first, pair.second] as const
    for (const connection of connections) expect((await connection.query(sql, [old.given])).rows).toEqual(old.rows)
    await behindOurBack(change)
    for (const connection of connections) {
      expect((await connection.query(sql, [now.given])).rows).toEqual(now.rows)
      expect((await connection.query(sql, [now.given])).rows).toEqual(now.rows)
    }
  })

  test('is not noticed by a connection that only knows the description', async () => {
    await prepare()
    await using pair = await openPair()
    const { first, second } = pair
    expect((await first.query(sql, [old.given])).rows).toEqual(old.rows)
    await behindOurBack(change)
    expect((await second.query(sql, [now.given])).rows).toEqual(now.rows)
    expect((await first.query(sql, [now.given])).rows).toEqual(now.rows)
  })

  test('is not noticed by pipelines on both', async () => {
    await prepare()
    await using pair = await openPair()
    const connections = [pair.first, pair.second] as const
    for (const connection of connections) await connection.query(sql, [old.given])
    await behindOurBack(change)
    const queries = Array.from({ length: 20 }, (_, n) => connections[n % 2]!.query(sql, [now.given]))
    for (const { rows } of await Promise.all(queries)) expect(rows).toEqual(now.rows)
  })

  test('is not noticed by a stream', async () => {
    await prepare()
    await using connection = await connect(database.url)
    expect(await collect(connection, sql, [old.given])).toEqual(old.rows)
    await behindOurBack(change)
    expect(await collect(connection, sql, [now.given])).toEqual(now.rows)
    expect(await collect(connection, sql, [now.given])).toEqual(now.rows)
  })

  test(`${inside === undefined ? 'works' : 'is an error of the server'} inside a transaction, and the next one works`, async () => {
    await prepare()
    await using connection = await connect(database.url)
    await connection.query(sql, [old.given])
    await behindOurBack(change)
    await connection.query('begin')
    if (inside === undefined) {
      expect((await connection.query(sql, [now.given])).rows).toEqual(now.rows)
    } else {
      expect(await errorFrom(connection.query(sql, [now.given]))).toMatchObject({
        code: inside,
        outcome: 'rolled-back',
      })
      expect(connection.transactionStatus).toBe('E')
    }
    await connection.query('rollback')
    await connection.query('begin')
    expect((await connection.query(sql, [now.given])).rows).toEqual(now.rows)
    await connection.query('commit')
  })
})

describe('a column that gets a type of another format, on a connection that only knows the description', () => {
  const sql = 'select it, 1 as n from formats'
  const startWith = (type: string, value: string) =>
    behindOurBack(
      `drop table if exists formats; create table formats (it ${type}); insert into formats values ('${value}')`,
    )

  test('is read all the same where text is sent instead of what would be binary', async () => {
    await startWith('tsvector', '7')
    await using pair = await openPair()
    await pair.first.query(sql)
    await startWith('int', '7')
    expect((await pair.second.query(sql)).rows).toEqual([{ it: 7, n: 1 }])
    expect((await pair.second.query(sql)).rows).toEqual([{ it: 7, n: 1 }])
  })

  test('rejects once where the binary form may say less than the text, which is sent from then on', async () => {
    await startWith('int', '7')
    await using pair = await openPair()
    await pair.first.query(sql)
    await startWith('regtype', 'int4')
    expect(await errorFrom(pair.second.query(sql))).toMatchObject({
      name: 'OutdatedStatementError',
      outcome: 'applied',
    })
    expect((await pair.second.query(sql)).rows).toEqual([{ it: 'integer', n: 1 }])
  })
})

/** Neither the number of the fields nor their types tell of it, and names are not sent with values. */
test('a field with another name keeps the old one in results, until something has its type looked up again', async () => {
  await behindOurBack(compositeAgain.before)
  await using connection = await connect(database.url)
  const sql = `select ('(pen,1.50)'::text)::item as it`
  expect((await connection.query(sql)).rows).toEqual([{ it: item }])
  await behindOurBack('alter type item rename attribute price to cost')
  expect((await connection.query(sql)).rows).toEqual([{ it: item }])
  expect((await connection.query('select $1::item as it', [{ name: 'pen', cost: '1.50' }])).rows).toHaveLength(1)
  expect((await connection.query(sql)).rows).toEqual([{ it: { name: 'pen', cost: '1.50' } }])
})

test('a field that never was costs a look at the type, and forgets nothing', async () => {
  await behindOurBack(compositeAgain.before)
  await using proxy = await faultProxy(server)
  await using connection = await connect(proxy.through(database.url))
  const sql = 'select $1::item as it'
  await connection.query(sql, [item])
  const flights = async (given: unknown) => {
    const before = proxy.flights
    const outcome = await connection.query(sql, [given]).catch((error: unknown) => error)
    return { outcome, flights: proxy.flights - before }
  }
  const wrong = await flights({ colour: 'red' })
  expect(wrong).toMatchObject({ flights: 1, outcome: { name: 'CodecError', parameter: 1, outcome: 'not-sent' } })
  // The description of the statement is looked at once more as well.
  expect(await flights(item)).toMatchObject({ flights: 2, outcome: { rows: [{ it: item }] } })
  expect(await flights(item)).toMatchObject({ flights: 1 })
})

test('a composite that is altered in a transaction which is rolled back is what it was', async () => {
  await behindOurBack(compositeAgain.before)
  await using connection = await connect(database.url)
  const sql = `select row(1, ('(pen,1.50)'::text)::item) as r, $1::item as it`
  const before = (await connection.query(sql, [item])).rows
  await connection.query('begin')
  await connection.query('alter type item drop attribute price')
  expect((await connection.query(`select ('(pen)'::text)::item as it`)).rows).toEqual([{ it: { name: 'pen' } }])
  await connection.query('rollback')
  expect((await connection.query(sql, [item])).rows).toEqual(before)
  expect((await connection.query(sql, [item])).rows).toEqual(before)
})
