/** A codec that is named for a domain, in the columns of results: the server describes them with the domain's base type. */
import { connect, type Connection, createPool } from 'kysely-pgwire'
import { asText, type Codec, definePgTypes, mapCodec, type PgTypes } from 'kysely-pgwire/types'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()
const database = await server.createDatabase()

afterAll(() => database.drop())

/** On a connection that is not under test. */
const behindOurBack = (sql: string) => server.query(sql, [], database.name)

beforeEach(() =>
  behindOurBack(`
    drop schema public cascade;
    drop schema if exists app cascade;
    create schema public;
    create schema app;
    create domain email as text;
    create domain work_email as email;
    create domain app.email as text;
    create domain cents as int4;
    create domain score as int4;
    create type mood as enum ('sad', 'ok');
    create domain feeling as mood;
    create table people (
      id int4, name text, mail email, work work_email, foreign_mail app.email, saved cents, points score, felt feeling,
      mails email[]
    );
    insert into people values (1, 'Ann', 'A@B', 'W@B', 'F@B', 150, 7, 'ok', '{M@B}');
    create view listed as select id as number, mail as address, lower(mail) as lowered from people`),
)

class Mail {
  readonly address: string

  constructor(address: string) {
    this.address = address
  }
}

const asMail = (derived: Codec): Codec =>
  mapCodec(derived, {
    decode: (address: unknown) => new Mail(address as string),
    encode: (value) => (value instanceof Mail ? value.address : value),
  })

const mails = definePgTypes({ byName: { email: asMail } })

async function only(connection: Connection, sql: string, parameters: readonly unknown[] = []): Promise<unknown> {
  const { rows } = await connection.query(sql, [...parameters])
  expect(rows).toHaveLength(1)
  return rows[0]
}

/** How often the connection has executed the look-up of columns, by the server's own count. */
async function lookUps(connection: Connection): Promise<number> {
  const [result] = await connection.execute(
    `select coalesce(sum(generic_plans + custom_plans), 0) from pg_prepared_statements where statement like '%as domain_oid%'`,
  )
  return Number(result?.rows[0]?.[0])
}

describe('a column of a domain with a codec', () => {
  test.each([
    ['of a table', 'select mail from people', { mail: new Mail('A@B') }],
    ['of a view', 'select address from listed', { address: new Mail('A@B') }],
    [
      'through a subquery, a join and a CTE',
      `with p as (select * from people) select l.mail from (select mail from p) as l join people on true`,
      { mail: new Mail('A@B') },
    ],
    ['of RETURNING', `insert into people (mail) values ('N@B') returning mail`, { mail: new Mail('N@B') }],
    ['of a domain over it', 'select work from people', { work: new Mail('W@B') }],
    ['more than once', 'select mail, mail as again from people', { mail: new Mail('A@B'), again: new Mail('A@B') }],
    ['that is NULL', 'select p.mail from people left join people as p on false', { mail: null }],
    ['in an array', 'select mails from people', { mails: [new Mail('M@B')] }],
    [
      'in an expression is as its base type',
      'select lower(mail) as mail, max(work) as work from people group by mail',
      { mail: 'a@b', work: 'W@B' },
    ],
    ['in an expression of a view is as its base type', 'select lowered from listed', { lowered: 'a@b' }],
  ])('%s', async (_where, sql, row) => {
    await using connection = await connect(database.url, { types: mails })
    expect(await only(connection, sql)).toEqual(row)
    expect(await only(connection, sql)).toEqual(row)
  })

  test('has the name of the domain, and the OID that the server gave', async () => {
    await using connection = await connect(database.url, { types: mails })
    const { columns } = await connection.query('select name, mail, work, points from people')
    expect(columns.map(({ type, typeOid }) => [type, typeOid])).toEqual([
      ['text', 25],
      ['email', 25],
      ['email', 25],
      ['int4', 23],
    ])
  })

  test('is decoded in a stream', async () => {
    await using connection = await connect(database.url, { types: mails })
    const rows: unknown[] = []
    for await (const batch of connection.stream('select mail from people')) rows.push(...batch)
    expect(rows).toEqual([{ mail: new Mail('A@B') }])
  })

  test('is found by schema and name, which leaves others of the name alone', async () => {
    await using connection = await connect(database.url, { types: definePgTypes({ byName: { 'app.email': asMail } }) })
    const row = await only(connection, 'select mail, foreign_mail from people')
    expect(row).toEqual({ mail: 'A@B', foreign_mail: new Mail('F@B') })
  })

  test('travels in the format of the codec', async () => {
    const asPrinted = mapCodec(asText('cents', 0), { decode: (text) => `${text} ct`, encode: (value) => value })
    await using connection = await connect(database.url, { types: definePgTypes({ codecs: [asPrinted] }) })
    const { rows, columns } = await connection.query('select id, saved, points from people')
    expect(rows).toEqual([{ id: 1, saved: '150 ct', points: 7 }])
    expect(columns.map(({ format }) => format)).toEqual(['binary', 'text', 'binary'])
  })

  test('of an outer domain goes before that of an inner one', async () => {
    const outer = (derived: Codec): Codec =>
      mapCodec(derived, { decode: (mail) => ({ work: mail }), encode: (value) => value })
    const types = definePgTypes({ byName: { email: asMail, work_email: outer } })
    await using connection = await connect(database.url, { types })
    expect(await only(connection, 'select mail, work from people')).toEqual({
      mail: new Mail('A@B'),
      work: { work: new Mail('W@B') },
    })
  })

  test('over an enum is decoded when the enum is not known either', async () => {
    const types = definePgTypes({
      byName: { feeling: (derived) => mapCodec(derived, { decode: (label) => ({ label }), encode: (value) => value }) },
    })
    await using connection = await connect(database.url, { types })
    expect(await only(connection, 'select felt, felt::mood as plain from people')).toEqual({
      felt: { label: 'ok' },
      plain: 'ok',
    })
  })

  test('is found whatever stands in front of pg_catalog in the search_path', async () => {
    await behindOurBack(`create table app.pg_type (oid oid); create table app.pg_attribute (attrelid oid);
      create function app.never(text, text) returns bool language sql as 'select false';
      create operator app.= (leftarg = text, rightarg = text, function = app.never)`)
    await using connection = await connect(database.url, { types: mails })
    await connection.execute('set search_path = app, pg_catalog, public')
    expect(await only(connection, 'select mail from people')).toEqual({ mail: new Mail('A@B') })
  })
})

describe('the look-up of columns', () => {
  async function executed(types: PgTypes, ...statements: readonly string[]): Promise<number> {
    await using connection = await connect(database.url, { types })
    for (const sql of statements) await connection.query(sql)
    return await lookUps(connection)
  }

  test('is made once for all columns of a statement', async () => {
    expect(await executed(mails, 'select * from people', 'select mail, name from people')).toBe(1)
  })

  test('is made again for columns that are new', async () => {
    expect(await executed(mails, 'select mail from people', 'select mail, name from people')).toBe(2)
  })

  test.each([
    ['no codecs by name', definePgTypes({ int8: 'bigint' })],
    [
      'a codec for a built-in type by its name',
      definePgTypes({ byName: { text: (text) => text, 'pg_catalog.int4': (int4) => int4 } }),
    ],
  ])('is not made with %s', async (_what, types) => {
    expect(await executed(types, 'select * from people')).toBe(0)
  })

  test('is not made for expressions', async () => {
    expect(await executed(mails, 'select lower(mail) from people')).toBe(0)
  })

  test('is made by one of ten connections that need it at the same time', async () => {
    await using pool = createPool({ connection: database.url, types: mails, max: 10 })
    const leases = await Promise.all(Array.from({ length: 10 }, () => pool.acquire()))
    const results = await Promise.all(leases.map(({ connection }) => connection.query('select mail from people')))
    for (const { rows } of results) expect(rows).toEqual([{ mail: new Mail('A@B') }])
    const counts = await Promise.all(leases.map(({ connection }) => lookUps(connection)))
    for (const lease of leases) lease.release()
    expect(counts.reduce((sum, count) => sum + count)).toBe(1)
  })

  test('takes one round trip, and another the first time', async () => {
    await using proxy = await faultProxy(server)
    await using connection = await connect(proxy.through(database.url), { types: mails })
    const flightsOf = async (sql: string): Promise<number> => {
      const before = proxy.flights
      await connection.query(sql)
      return proxy.flights - before
    }
    // Prepare, look up (prepared first), execute.
    expect(await flightsOf('select name from people')).toBe(4)
    expect(await flightsOf('select id from people')).toBe(3)
    expect(await flightsOf('select name, id from people')).toBe(2)
    expect(await flightsOf('select name, id from people')).toBe(1)
  })
})

describe('a column that is altered behind our back', () => {
  const sql = 'select * from people'
  test.each<[where: string, change: string, columns: object]>([
    ['to another type', 'alter mail type int4 using 5', { name: 'Ann', mail: 5 }],
    ['to the base type', 'alter mail type text', { name: 'Ann', mail: 'A@B' }],
    ['from the base type', 'alter name type email', { name: new Mail('Ann'), mail: new Mail('A@B') }],
  ])('%s, is right on the connection that has the statement prepared', async (_where, change, columns) => {
    await using connection = await connect(database.url, { types: mails })
    expect(await only(connection, sql)).toMatchObject({ name: 'Ann', mail: new Mail('A@B') })
    await behindOurBack(`drop view listed; alter table people ${change}`)
    expect(await only(connection, sql)).toMatchObject(columns)
  })

  test('is right in all other statements, on all connections, once one of them has shown it', async () => {
    await using pool = createPool({ connection: database.url, types: mails, max: 2 })
    await using first = await pool.acquire()
    await using second = await pool.acquire()
    await only(first.connection, 'select mail from people')
    await only(first.connection, 'select name, mail from people')
    await behindOurBack('drop view listed; alter table people alter mail type text')
    expect(await only(first.connection, 'select mail from people')).toEqual({ mail: 'A@B' })
    // This connection has not prepared it, so that the server has nothing to refuse.
    expect(await only(second.connection, 'select name, mail from people')).toEqual({ name: 'Ann', mail: 'A@B' })
    expect(await only(second.connection, 'select mail, name from people')).toEqual({ name: 'Ann', mail: 'A@B' })
  })

  test.each(['query', 'stream'] as const)(
    'or made again, is right on a connection that has not prepared the statement: %s',
    async (how) => {
      await using pool = createPool({ connection: database.url, types: mails, max: 2 })
      await using first = await pool.acquire()
      await using second = await pool.acquire()
      await behindOurBack('create table addresses (mail email, other text)')
      await behindOurBack(`insert into addresses values ('A@B', 'O')`)
      const statement = 'select * from addresses'
      expect(await only(first.connection, statement)).toEqual({ mail: new Mail('A@B'), other: 'O' })
      await behindOurBack(`drop table addresses; create table addresses (mail text, other email);
        insert into addresses values ('A@B', 'O')`)
      const rows: unknown[] = []
      if (how === 'query') rows.push(await only(second.connection, statement))
      else for await (const batch of second.connection.stream(statement)) rows.push(...batch)
      expect(rows).toEqual([{ mail: 'A@B', other: new Mail('O') }])
      expect(await only(first.connection, statement)).toEqual({ mail: 'A@B', other: new Mail('O') })
      expect(await only(second.connection, statement)).toEqual({ mail: 'A@B', other: new Mail('O') })
    },
  )

  test('is right where it was added', async () => {
    await using pool = createPool({ connection: database.url, types: mails, max: 2 })
    await using first = await pool.acquire()
    await using second = await pool.acquire()
    await only(first.connection, sql)
    await behindOurBack(`alter table people add second email default 'S@B'`)
    expect(await only(second.connection, sql)).toMatchObject({ second: new Mail('S@B') })
    expect(await only(first.connection, sql)).toMatchObject({ second: new Mail('S@B') })
  })

  test('is read in a stream that is open already, when the domain is new as well', async () => {
    await using pool = createPool({ connection: database.url, types: mails, max: 2 })
    await using first = await pool.acquire()
    await using second = await pool.acquire()
    await behindOurBack(`create table numbers as select n::text as mail from generate_series(1, 5) as n`)
    const statement = 'select * from numbers'
    await first.connection.query(statement)
    await behindOurBack(`alter table numbers add also feeling default 'ok', add work work_email default 'W@B'`)
    const rows: unknown[] = []
    for await (const batch of second.connection.stream(statement, [], { batchRows: 2 })) rows.push(...batch)
    expect(rows).toEqual([1, 2, 3, 4, 5].map((n) => ({ mail: `${n}`, also: 'ok', work: new Mail('W@B') })))
  })
})
