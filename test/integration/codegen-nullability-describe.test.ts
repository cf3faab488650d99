/** What the server says about a query with parameters, without executing it. */
import { type Connection, connect } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { describeQuery, type QueryDescription } from '../../packages/codegen-preset/src/nullability/describe-query.ts'
import { QueryDescriptionError } from '../../packages/codegen-preset/src/nullability/query-description-error.ts'
import { sharedServer } from '../support/shared-server.ts'
import { enforcedFacts, runOn } from './codegen-nullability-fixture.ts'
import { errorFrom } from './error-from.ts'

const server = sharedServer()
const database = await server.createDatabase()
const understood = server.majorVersion >= 16

let connection: Connection

beforeAll(async () => {
  connection = await connect(database.url)
  await connection.execute(`
    create schema shop;
    create domain shop."Amount" as numeric;
    create type shop.color as enum ('red');
    create table shop.item (
      id int4 not null, name text, color shop.color not null, colors shop.color[], price shop."Amount" not null
    );
    insert into shop.item values (1, null, 'red', null, 5);
    create function shop.tell() returns int4 language plpgsql as $$ begin raise 'executed'; end $$`)
})
afterAll(async () => {
  await connection.close()
  await database.drop()
})

function describedBy(
  sql: string,
  on: Connection = connection,
  notNullParameters?: ReadonlySet<number>,
): Promise<QueryDescription> {
  const run = runOn(on)
  const parameters = notNullParameters === undefined ? {} : { notNullParameters }
  return describeQuery(run, sql, { readTableFacts: enforcedFacts(run), ...parameters })
}

const nullable = (fact: boolean) => !understood || fact

test('says which types it takes and gives, and which columns can be NULL', async () => {
  const item = { schema: 'shop', array: false }
  const { parameters, columns } = await describedBy(
    'select id, name as "Its name", color, colors, price, $1 as p, 1 from shop.item where id = $2 and color = any ($3)',
  )
  expect(parameters).toMatchObject([
    { schema: 'pg_catalog', name: 'text', array: false },
    { oid: 23, schema: 'pg_catalog', name: 'int4', array: false },
    { schema: 'shop', name: 'color', array: true },
  ])
  expect(columns).toMatchObject([
    { name: 'id', type: { oid: 23, name: 'int4' }, nullable: nullable(false) },
    { name: 'Its name', type: { oid: 25, name: 'text' }, nullable: true },
    { name: 'color', type: { ...item, name: 'color' }, nullable: nullable(false) },
    { name: 'colors', type: { ...item, name: 'color', array: true }, nullable: true },
    { name: 'price', type: { ...item, name: 'Amount' }, nullable: nullable(false) },
    { name: 'p', type: { oid: 25 }, nullable: true },
    { name: '?column?', type: { oid: 23 }, nullable: nullable(false) },
  ])
})

test('a parameter that is said to be not NULL is not', async () => {
  const { columns } = await describedBy('select $1::int4 + 1 as a, $2::int4 as b', connection, new Set([1]))
  expect(columns.map(({ nullable }) => nullable)).toEqual([nullable(false), true])
})

test.each([
  'select 1 -- without a line break',
  'select 1;',
  'select 1 /* ; */ ; -- ;',
  "select 'a;b', E'\\';', $$;$$ as \";\"",
  'table shop.item',
  'values (1, null)',
  '(select 1) union all (select 2)',
  'select 1 as ":resno", \'{VAR :varno 1}\' as "[", 2 as "\\ }"',
  'insert into shop.item (id, color, price) values ($1, $2, $3) returning *',
  'update shop.item set name = $1',
  'with gone as (delete from shop.item returning *) select count(*) from gone',
  'select f.x from (select $1::int4 as x) f',
  'select',
])('the columns of %s are those that the server describes', async (sql) => {
  const { parameters, columns } = await describedBy(sql)
  using statement = await connection.prepare(sql)
  expect(columns.map(({ name }) => name)).toEqual(statement.columns.map(({ name }) => name))
  expect(parameters.map(({ oid }) => oid)).toEqual(statement.parameters.map(({ oid }) => oid))
})

test('executes nothing and leaves nothing', async () => {
  const left = () =>
    connection.fetch(
      `select (select count(*) from pg_prepared_statements where name like '%described%') as statements,
        (select count(*) from pg_proc where proname like '%described%') as functions,
        (select count(*) from shop.item) as items, txid_current_if_assigned() is null as idle`,
    )
  const before = await left()
  await describedBy('select shop.tell()')
  await describedBy('delete from shop.item returning shop.tell()')
  await errorFrom(() => describedBy('select nothing'))
  await errorFrom(() => describedBy('select 1 from shop.item where id = $1 and $1 = now()'))
  expect(await left()).toEqual(before)
  expect(connection.transactionStatus).toBe('I')
})

describe('an error of the query', () => {
  test.each<[sql: string, code: string, position: number | undefined]>([
    ['select nothing', '42703', 8],
    ["select 'größe 😀', nothing", '42703', 19],
    ['select 1 +', '42601', undefined],
    ['select 1 from missing.table_', '42P01', 15],
    ["select 1 from shop.item where color = 'blue'", '22P02', 39],
    ['select $3::int4, $1::int4', '42P18', undefined],
  ])('in %j is %s at %s', async (sql, code, position) => {
    const error = await errorFrom(() => describedBy(sql))
    expect(error).toBeInstanceOf(QueryDescriptionError)
    expect(error).toMatchObject({ code, cause: { code } })
    if (position !== undefined) expect((error as QueryDescriptionError).position).toBe(position)
  })

  test('has what the server says besides', async () => {
    const error = await errorFrom(() => describedBy('select lenght(name) from shop.item'))
    expect(error).toMatchObject({ message: 'function lenght(text) does not exist', code: '42883', position: 8 })
    expect((error as QueryDescriptionError).hint).toBeTypeOf('string')
  })
})

test.each([
  'select 1; drop table shop.item',
  'select 1; end; drop table shop.item; select 1',
  String.raw`select '\'; drop table shop.item; --'`,
  'select 1 $$ end; drop table shop.item',
  '',
  '-- nothing',
  'drop table shop.item',
  'begin',
  'explain select 1',
  "select '",
])('%j is not given to the server', async (sql) => {
  await expectRefused(sql)
})

test('a query of megabytes is not given to the server', async () => {
  await expectRefused(`select 1${' '.repeat(1024 * 1024)}`)
})

async function expectRefused(sql: string): Promise<void> {
  const given: string[] = []
  const run = runOn(connection)
  const watched: typeof run = (text, parameters) => {
    given.push(text)
    return run(text, parameters)
  }
  const error = await errorFrom(() => describeQuery(watched, sql, { readTableFacts: enforcedFacts(run) }))
  expect(error).toBeInstanceOf(QueryDescriptionError)
  expect(error.message).toMatch(/^Cannot describe the query: /)
  expect(given).toEqual([])
}

test('what was set for strings does not change where a query ends', async () => {
  await using own = await connect(`${database.url}?options=-c%20standard_conforming_strings%3Doff`)
  const { columns } = await describedBy(String.raw`select '\' as a, 'b' as b`, own)
  expect(columns.map(({ name }) => name)).toEqual(['a', 'b'])
})

test('a role with nothing but TEMP can ask', async () => {
  const role = `asking_${database.name}`
  await connection.execute(`
    create role ${role} login password 'secret';
    grant usage on schema shop to ${role}; grant select on shop.item to ${role}`)
  try {
    await using own = await connect(server.urlOf({ database: database.name, user: role, password: 'secret' }))
    const { columns } = await describedBy('select id, name from shop.item', own)
    expect(columns).toMatchObject([
      { name: 'id', nullable: nullable(false) },
      { name: 'name', nullable: true },
    ])
  } finally {
    await connection.execute(`drop owned by ${role}; drop role ${role}`)
  }
})

test('where no function can be made, types are known, and every column can be NULL', async () => {
  const role = `poor_${database.name}`
  await connection.execute(`
    revoke temp on database ${database.name} from public;
    create role ${role} login password 'secret';
    grant usage on schema shop to ${role}; grant select on shop.item to ${role}`)
  try {
    await using own = await connect(server.urlOf({ database: database.name, user: role, password: 'secret' }))
    const { parameters, columns } = await describedBy('select id, name from shop.item where id = $1', own)
    expect(parameters).toMatchObject([{ oid: 23 }])
    const unnamed = { name: null, nullable: true }
    expect(columns).toMatchObject(
      understood
        ? [
            { ...unnamed, type: { oid: 23 } },
            { ...unnamed, type: { oid: 25 } },
          ]
        : [],
    )
  } finally {
    await connection.execute(
      `drop owned by ${role}; drop role ${role}; grant temp on database ${database.name} to public`,
    )
  }
})
