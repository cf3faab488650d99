/** What rows can be copied into, by whom, and under which profile of types. */
import { connect, type Connection } from 'kysely-pgwire'
import { definePgTypes, mapCodec } from 'kysely-pgwire/types'
import { describe, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()

async function connected(script: string, options = {}): Promise<Connection> {
  const connection = await connect(server.url, options)
  await connection.execute(script)
  return connection
}

async function stored(connection: Connection, columns = '*'): Promise<unknown> {
  const { rows } = await connection.query(`select ${columns} from t order by 1`, [], { rowMode: 'array' })
  return rows
}

describe('rows are copied into', () => {
  test('a table of which columns were dropped', async () => {
    await using connection = await connected(
      'create temp table t (a int4, gone text, b text); alter table t drop column gone; alter table t add c int4',
    )
    await connection.copyFrom('t', [[1, 'x', 2]])
    await connection.copyFrom('t', [{ c: 4, a: 3 }])
    await expect(stored(connection)).resolves.toEqual([
      [1, 'x', 2],
      [3, null, 4],
    ])
  })

  test.each(['binary', 'text'] as const)('a table without columns, in %s', async (format) => {
    await using connection = await connected('create temp table t ()')
    await expect(connection.copyFrom('t', [[], {}, []], { format })).resolves.toEqual({ rowCount: 3 })
    await expect(connection.query('select count(*)::int4 as n from t')).resolves.toMatchObject({ rows: [{ n: 3 }] })
  })

  test('a table of a thousand columns', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `c${index}`)
    await using connection = await connected(`create temp table t (${names.map((name) => `${name} int4`).join(', ')})`)
    const row = names.map((_, index) => index)
    await connection.copyFrom('t', [row, Object.fromEntries(names.map((name, index) => [name, index]))])
    await expect(stored(connection)).resolves.toEqual([row, row])
  })

  test('a partitioned table', async () => {
    await using connection = await connected(`
      create temp table t (a int4, b text) partition by range (a);
      create temp table low partition of t for values from (0) to (10)`)
    await connection.copyFrom('t', [[1, 'x']])
    await expect(stored(connection)).resolves.toEqual([[1, 'x']])
    await expect(
      connection.copyFrom('t', [
        [2, 'y'],
        [10, 'z'],
      ]),
    ).rejects.toMatchObject({ code: '23514', outcome: 'rolled-back' })
    await expect(stored(connection)).resolves.toEqual([[1, 'x']])
  })

  test('a view with an INSTEAD OF trigger, and no other', async () => {
    await using connection = await connected(`
      create temp table hidden (a int4);
      create temp view t as select a from hidden`)
    await expect(connection.copyFrom('t', [[1]])).rejects.toMatchObject({ code: '42809' })
    await connection.execute(`
      create function pg_temp.keep() returns trigger language plpgsql as $$ begin insert into hidden values (new.a); return new; end $$;
      create trigger keep instead of insert on t for each row execute function pg_temp.keep()`)
    await expect(connection.copyFrom('t', [[1], [2]])).resolves.toEqual({ rowCount: 2 })
    await expect(stored(connection)).resolves.toEqual([[1], [2]])
  })

  test('a table that one may insert into and not read', async () => {
    await using connection = await connected(`
      drop table if exists copy_blind; drop role if exists copy_blind;
      create role copy_blind; create table copy_blind (a int4, b text); grant insert on copy_blind to copy_blind;
      set role copy_blind`)
    await expect(connection.copyFrom('copy_blind', [[1, 'x']])).resolves.toEqual({ rowCount: 1 })
    await expect(connection.copyFrom('copy_blind', [{ b: 'y' }])).resolves.toEqual({ rowCount: 1 })
    await connection.execute('reset role; revoke insert on copy_blind from copy_blind; set role copy_blind')
    const refused = connection.copyFrom('copy_blind', [[1, 'x']])
    await expect(refused).rejects.toMatchObject({ code: '42501', outcome: 'rolled-back' })
    await connection.execute('reset role; drop table copy_blind; drop role copy_blind')
  })
})

describe('values are encoded', () => {
  test('by the profile of the connection, or of the call', async () => {
    const types = definePgTypes({
      int8: 'bigint',
      codecs: [],
      byName: {
        int4: (derived) =>
          mapCodec(derived, { decode: (value: unknown) => Number(value) - 1, encode: (value) => Number(value) + 1 }),
      },
    })
    await using connection = await connected('create temp table t (a int4, b int8)')
    await connection.copyFrom('t', [[1, 2n]], { types })
    await connection.copyFrom('t', [[5, '6']])
    await using own = await connected('create temp table t (a int4, b int8)', { types })
    await own.copyFrom('t', [{ a: 1, b: 2n }])
    await expect(stored(connection, 'a::text, b::text')).resolves.toEqual([
      ['2', '2'],
      ['5', '6'],
    ])
    await expect(stored(own, 'a::text, b::text')).resolves.toEqual([['2', '2']])
  })

  test('by a codec for strings of its own, in both formats', async () => {
    class Pair {
      readonly words: string[]

      constructor(...words: string[]) {
        this.words = words
      }
    }
    const types = definePgTypes({
      byName: {
        text: (derived) =>
          mapCodec(derived, {
            decode: (value: unknown) => new Pair(...String(value).split('\t')),
            encode: (value) => (value instanceof Pair ? value.words.join('\t') : `<${String(value)}>`),
          }),
      },
    })
    await using connection = await connected('create temp table t (a text)', { types })
    await connection.copyFrom('t', [[new Pair('x', 'y')], ['s'], [null]], { format: 'binary' })
    await connection.copyFrom('t', [[new Pair('x', 'y')], ['s'], [null]], { format: 'text' })
    const expected = ['<s>', 'x\ty', null].flatMap((value) => [[value], [value]])
    await expect(stored(connection, 'a::varchar collate "C"')).resolves.toEqual(expected)
  })

  test('as JSON, of which the text and NULL are not values', async () => {
    await using connection = await connected('create temp table t (id int4, a json, b jsonb)')
    const values = [{ a: [1, null] }, [1, 2], 5, true, null]
    await connection.copyFrom(
      't',
      values.map((value, id) => [id, value, value]),
    )
    await connection.copyFrom('t', [[9, '"text"', 'null']])
    await expect(stored(connection)).resolves.toEqual([
      ...values.map((value, id) => [id, value, value]),
      [9, 'text', null],
    ])
  })

  test('of a composite that was altered meanwhile, from the second time on', async () => {
    await using connection = await connected(
      'create type pg_temp.pair as (a int4, b text); create temp table t (id int4, pair pg_temp.pair)',
    )
    await connection.copyFrom('t', [[1, { a: 1, b: 'x' }]])
    await connection.execute(
      'drop table t; alter type pg_temp.pair add attribute c int4; create temp table t (id int4, pair pg_temp.pair)',
    )
    const rows = [[2, { a: 2, b: 'y', c: 3 }]]
    await connection.copyFrom('t', rows).catch(() => {})
    await connection.copyFrom('t', [[3, { a: 2, b: 'y' }]]).catch(() => {})
    await connection.execute('truncate t')
    await connection.copyFrom('t', rows)
    await expect(stored(connection)).resolves.toEqual(rows)
  })

  test('however large they are', { timeout: 120_000 }, async () => {
    const megabytes = process.env['PGWIRE_FULL'] === '1' ? 100 : 10
    await using connection = await connected('create temp table t (id int4, a text, b bytea)')
    const text = 'ü\\'.repeat((megabytes * 1_048_576) / 3)
    const bytes = Buffer.alloc(megabytes * 1_048_576, 7)
    for (const format of ['binary', 'text'] as const) {
      const progress: number[] = []
      const onProgress = ({ rows }: { rows: number }): void => void progress.push(rows)
      await connection.copyFrom(
        't',
        [
          [1, text, bytes],
          [2, 'small', null],
          [3, text, null],
        ],
        { format, onProgress },
      )
      expect(progress.at(-1)).toBe(3)
      const { rows } = await connection.query('select id, a = $1 as same, b = $2 as alike from t order by id', [
        text,
        bytes,
      ])
      expect(rows).toEqual([
        { id: 1, same: true, alike: true },
        { id: 2, same: false, alike: null },
        { id: 3, same: true, alike: null },
      ])
      await connection.execute('truncate t')
    }
  })
})

describe('options that this server does not know are refused by it', () => {
  test.skipIf(server.majorVersion >= 17)('onError and logVerbosity', async () => {
    await using connection = await connected('create temp table t (a int4)')
    for (const option of [{ onError: 'ignore' }, { logVerbosity: 'verbose' }] as const) {
      const copying = connection.copyFrom('t', '1\n', option)
      await expect(copying).rejects.toMatchObject({
        code: '42601',
        message: expect.stringMatching(/on_error|log_verbosity/),
      })
    }
  })

  test.skipIf(server.majorVersion >= 18)('rejectLimit', async () => {
    await using connection = await connected('create temp table t (a int4)')
    const copying = connection.copyFrom('t', '1\n', { onError: 'ignore', rejectLimit: 1 })
    await expect(copying).rejects.toMatchObject({ code: '42601' })
  })

  test.skipIf(server.majorVersion < 18)('and those that it knows are passed on', async () => {
    await using connection = await connected('create temp table t (a int4)')
    const copying = connection.copyFrom('t', 'x\ny\n1\n', { onError: 'ignore', rejectLimit: 1 })
    await expect(copying).rejects.toMatchObject({ code: '22P02' })
    await expect(connection.copyFrom('t', 'x\n1\n', { onError: 'ignore', rejectLimit: 1 })).resolves.toEqual({
      rowCount: 1,
    })
    await expect(connection.copyFrom('t', 'x\n', { onError: 'set_null' })).rejects.toMatchObject({ code: '22023' })
  })
})
