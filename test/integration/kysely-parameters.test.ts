import { sql } from 'kysely'
import { Range } from 'kysely-pgwire/types'
import { describe, expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()

/** What comes back for a parameter of a type. */
async function echo(value: unknown, type: string): Promise<unknown> {
  await using kysely = shop.open()
  const { rows } = await sql<{ value: unknown }>`select ${value}::${sql.raw(type)} as value`.execute(kysely.db)
  return rows[0]?.value
}

describe('a string is PostgreSQL’s text input for a parameter of', () => {
  test.each([
    ['text', 'x', 'x'],
    ['varchar', 'x', 'x'],
    ['varchar(20)', 'x', 'x'],
    ['char(3)', 'x', 'x  '],
    ['name', 'x', 'x'],
    ['"char"', 'x', 'x'],
    ['int2', '-7', -7],
    ['int4', '7', 7],
    ['int8', '9007199254740993', '9007199254740993'],
    ['float4', '1.5', 1.5],
    ['float8', '1e300', 1e300],
    ['numeric', '1.50', '1.50'],
    ['bool', 'true', true],
    ['bool', 'off', false],
    ['uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['bytea', '\\x6869', Buffer.from('hi')],
    ['json', '{"a": [1, null]}', { a: [1, null] }],
    ['jsonb', '{"a": [1, null]}', { a: [1, null] }],
    ['jsonb', '"text"', 'text'],
    ['date', '2024-02-29', '2024-02-29'],
    ['timestamptz', '2024-02-29 12:00:00+02', new Date('2024-02-29T10:00:00Z')],
    ['int4[]', '{1,NULL,3}', [1, null, 3]],
    ['text[]', '{"a b",NULL}', ['a b', null]],
    ['int4range', '[1,5)', new Range({ lower: 1, upper: 5 })],
    ['inet', '127.0.0.1', '127.0.0.1'],
  ])('%s: %s', async (type, given, expected) => {
    await expect(echo(given, type)).resolves.toEqual(expected)
  })
})

describe('a JavaScript value is taken for a parameter of', () => {
  test.each([
    ['text', 42, '42'],
    ['varchar', 0.37, '0.37'],
    ['int2', 7, 7],
    ['int4', -7, -7],
    ['int8', 7, '7'],
    ['int8', 2n ** 62n, '4611686018427387904'],
    ['float8', 0.5, 0.5],
    ['float8', 3, 3],
    ['numeric', 12, '12'],
    ['numeric', 0.5, '0.5'],
    ['bool', true, true],
    ['jsonb', 0.37, 0.37],
    ['jsonb', { a: { b: [1, 'x', null] } }, { a: { b: [1, 'x', null] } }],
    ['jsonb', [1, 'x', null], [1, 'x', null]],
    ['json', true, true],
    ['int4[]', [1, null, 3], [1, null, 3]],
    ['text[]', ['a', '', null, 'NULL', '{"'], ['a', '', null, 'NULL', '{"']],
    ['int4[]', [], []],
    [
      'int4[]',
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['timestamptz', new Date('2024-02-29T10:00:00.123Z'), new Date('2024-02-29T10:00:00.123Z')],
    ['bytea', Buffer.from([0, 255]), Buffer.from([0, 255])],
    ['bytea', new Uint8Array([1, 2]), Buffer.from([1, 2])],
    ['varchar', null, null],
    ['int8', null, null],
    ['jsonb', null, null],
    ['int4[]', null, null],
  ])('%s: %o', async (type, given, expected) => {
    await expect(echo(given, type)).resolves.toEqual(expected)
  })
})

describe('what Kysely makes of values', () => {
  test('undefined in set is left out, and null is NULL', async () => {
    await shop.refill()
    await using kysely = shop.open()
    const values = { name: 'Zoe', age: undefined } as { name: string }
    await kysely.db.updateTable('person').set(values).where('id', '=', 1).execute()
    await kysely.db.updateTable('person').set({ age: null }).where('id', '=', 2).execute()
    await expect(shop.query('select name, age from person where id < 3 order by id')).resolves.toEqual([
      { name: 'Zoe', age: 30 },
      { name: 'Bob', age: null },
    ])
  })

  test('undefined in one of several rows of values is the default of the column', async () => {
    await shop.refill()
    await using kysely = shop.open()
    await kysely.db
      .insertInto('pet')
      .values([{ owner_id: 2, name: 'A', species: 'dog' }, { owner_id: 2, name: 'B' } as never])
      .execute()
    await expect(shop.query('select name, species from pet where owner_id = 2 order by name')).resolves.toEqual([
      { name: 'A', species: 'dog' },
      { name: 'B', species: 'cat' },
    ])
  })

  test('an empty list in where … in is the server’s syntax error', async () => {
    await using kysely = shop.open()
    await expect(kysely.db.selectFrom('person').selectAll().where('id', 'in', []).execute()).rejects.toMatchObject({
      code: '42601',
    })
  })

  test('= any takes an array parameter', async () => {
    await shop.refill()
    await using kysely = shop.open()
    const rows = await kysely.db
      .selectFrom('person')
      .select('name')
      .where((eb) => eb('id', '=', eb.fn.any(sql<number[]>`${[1, 3]}::int4[]`)))
      .orderBy('id')
      .execute()
    expect(rows).toEqual([{ name: 'Ann' }, { name: 'Cid' }])
  })

  test('limit and offset take numbers, bigints and null', async () => {
    await shop.refill()
    await using kysely = shop.open()
    const people = kysely.db.selectFrom('person').select('id').orderBy('id')
    await expect(people.limit(1).offset(1).execute()).resolves.toEqual([{ id: 2 }])
    await expect(people.limit(2n).execute()).resolves.toHaveLength(2)
    await expect(people.limit(null).execute()).resolves.toHaveLength(3)
  })

  test('a mismatch of SQL and parameters is refused before anything is sent', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const compiled = { ...sql`select ${1}::int4`.compile(kysely.db), parameters: [1, 2] }
    await expect(kysely.db.executeQuery(compiled)).rejects.toMatchObject({ code: 'PGWIRE_USAGE' })
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })
})
