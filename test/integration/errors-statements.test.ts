/** What the server's errors say: their class, the statement, the place in it, and what was violated. */
import { Kysely } from 'kysely'
import { connect, type Connection, PgwireDialect, PostgresError } from 'kysely-pgwire'
import * as errors from 'kysely-pgwire/errors'
import { DatabaseError } from 'pg-protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { CLASSES } from '../../packages/dialect/src/errors/sqlstate-classes.generated.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

let database: TestDatabase
let connection: Connection

beforeAll(async () => {
  database = await sharedServer().createDatabase()
  connection = await connect(database.url)
  await connection.execute(`
    create domain even as int constraint even_only check (value % 2 = 0);
    create table owner (id int primary key);
    create table pet (
      id int constraint pet_pk primary key,
      name text not null,
      age int constraint age_sane check (age < 200),
      twins even,
      owner_id int constraint pet_owner references owner
    );
    insert into pet values (1, 'Rex');
    create function fail(state text) returns void language plpgsql as
      $$ begin raise exception using errcode = state, message = 'raised'; end $$;
    create function ask(query text) returns void language plpgsql as $$ begin execute query; end $$`)
})

afterAll(async () => {
  await connection.close()
  await database[Symbol.asyncDispose]()
})

const failure = (promise: Promise<unknown>): Promise<PostgresError> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as PostgresError,
  )

async function drained(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of rows);
}

test('every SQLSTATE arrives as its class', { timeout: 60_000 }, async () => {
  for (const [code, Class] of CLASSES) {
    const error = await failure(connection.query('select fail($1)', [code]))
    expect(error, code).toMatchObject({ code, name: Class.name, message: 'raised', severityCode: 'ERROR' })
    expect(error.constructor, code).toBe(Class)
    expect(error, code).toBeInstanceOf(DatabaseError)
  }
})

test('an SQLSTATE that nobody knows arrives as its class’s, and without that as PostgresError', async () => {
  expect((await failure(connection.query('select fail($1)', ['22ABC']))).constructor).toBe(errors.DataError)
  expect((await failure(connection.query('select fail($1)', ['ZZABC']))).constructor).toBe(PostgresError)
})

describe('a violated constraint is named, with what it is of:', () => {
  const pet = { schema: 'public', table: 'pet' }

  test.each([
    ['unique', 'UniqueViolationError', { ...pet, constraint: 'pet_pk' }, "insert into pet values ($1, 'Rex')", [1]],
    ['not null', 'NotNullViolationError', { ...pet, column: 'name' }, 'insert into pet values ($1, null)', [2]],
    ['check', 'CheckViolationError', { ...pet, constraint: 'age_sane' }, "insert into pet values ($1, 'A', 200)", [2]],
    ['domain', 'CheckViolationError', { dataType: 'even', constraint: 'even_only' }, 'select $1::int::even', [3]],
    [
      'foreign key',
      'ForeignKeyViolationError',
      { ...pet, constraint: 'pet_owner' },
      "insert into pet values ($1, 'B', 1, 2, 9)",
      [2],
    ],
  ])('%s', async (_what, name, fields, sql, parameters) => {
    const error = await failure(connection.query(sql, parameters))
    expect(error).toMatchObject({ name, ...fields, sql, parameterTypes: ['int4'], outcome: 'rolled-back' })
    expect(error.routine).toMatch(/^\w+$/)
    expect(error).toBeInstanceOf(errors.IntegrityConstraintViolationError)
    expect(errors.isIntegrityConstraintViolation(error)).toBe(true)
  })
})

describe('the statement, and the place in it, are told by', () => {
  const sql = "select '漢字🐘',\r\n\toops"
  const told = {
    name: 'UndefinedColumnError',
    sql: expect.stringContaining(sql) as string,
    excerpt: expect.stringMatching(/^LINE 2:  oops.*\n         \^$/) as string,
  }
  const query = { sql, parameters: [] }

  test.each<[string, () => Promise<unknown>]>([
    ['a query', () => connection.query(sql)],
    ['a query that is not prepared', () => connection.query(sql, [], { prepare: false })],
    ['a script', () => connection.execute(sql)],
    ['a stream', () => drained(connection.stream(sql))],
    ['prepare', () => connection.prepare(sql)],
    ['a batch', () => connection.batch([{ sql: 'select 1', parameters: [] }, query])],
    ['executeMany', () => connection.executeMany(sql, [[]])],
    ['a transaction', () => connection.transaction((transaction) => transaction.query(sql))],
    ['COPY of a query to rows', () => drained(connection.copyTo({ query: sql }, { format: 'rows' }))],
    [
      'COPY of a query with parameters',
      () => drained(connection.copyTo({ query: `${sql} where $1`, parameters: [true] })),
    ],
  ])('%s', async (_what, act) => {
    expect(await failure(act())).toMatchObject(told)
  })

  test('a cursor', async () => {
    expect(
      await failure(
        connection.transaction(async (transaction) => {
          await using cursor = transaction.cursor(sql)
          await cursor.fetch(1)
        }),
      ),
    ).toMatchObject(told)
  })

  test.each([
    ['while it is parsed', "select $1::date as d, 'x' as x", 'no date', errors.InvalidDatetimeFormatError],
    ['while it runs', 'select (name || $1)::int as n from pet', 's3cret', errors.InvalidTextRepresentationError],
  ])('COPY of a query with parameters, %s, without the values and the place', async (_when, query, value, Class) => {
    for (const copied of [
      connection.copyTo({ query, parameters: [value] }, { format: 'rows' }),
      connection.copyTo({ query, parameters: [value] }),
    ]) {
      const error = await failure(drained(copied))
      expect(error).toBeInstanceOf(Class)
      expect(error.sql).toContain(query)
      expect(error.excerpt).toBeUndefined()
    }
  })

  test('COPY, of what it was turned into', async () => {
    const error = await failure(connection.copyFrom('nowhere', [new Uint8Array()]))
    expect(error).toMatchObject({
      name: 'UndefinedTableError',
      sql: expect.stringMatching(/^copy .*nowhere/i) as string,
    })
  })

  test('Kysely', async () => {
    await using db = new Kysely<{ nowhere: { id: number } }>({
      dialect: new PgwireDialect({ connection: database.url }),
    })
    const error = await failure(db.selectFrom('nowhere').selectAll().where('id', '=', 1).execute())
    expect(error).toMatchObject({
      name: 'UndefinedTableError',
      sql: 'select * from "nowhere" where "id" = $1',
      excerpt: 'LINE 1: select * from "nowhere" where "id" = $1\n                      ^',
    })
  })
})

test('an error while rows are made has the types of the parameters too, in every verb', async () => {
  const sql = 'select 1 / ($1::int4 - $2::int8)'
  const values = [1, '1']
  for (const error of [
    await failure(connection.query(sql, values)),
    await failure(drained(connection.stream(sql, values))),
    await failure(connection.batch([{ sql, parameters: values }])),
    await failure(connection.executeMany(sql, [[2, 1], values])),
  ]) {
    expect(error).toBeInstanceOf(errors.DivisionByZeroError)
    expect(error).toMatchObject({ sql, parameterTypes: ['int4', 'int8'], excerpt: undefined })
  }
})

test('the place in a query of a function is that in its own text', async () => {
  const error = await failure(connection.query('select ask($1)', ['select 1,\n  oops']))
  expect(error).toMatchObject({
    name: 'UndefinedColumnError',
    sql: 'select ask($1)',
    internalQuery: 'select 1,\n  oops',
    excerpt: 'LINE 2:   oops\n          ^',
  })
})

test('the place of what is missing at the end is behind the last character', async () => {
  const error = await failure(connection.query('select 1 +'))
  expect(error).toBeInstanceOf(errors.SqlSyntaxError)
  expect(error.excerpt).toBe('LINE 1: select 1 +\n                  ^')
})
