/** What a codec does to the parameters that it is given, as the server stores them. */
import { CodecError, connect, type Connection } from 'kysely-pgwire'
import { type Codec, defineCodec, definePgTypes, mapCodec, type PgTypes } from 'kysely-pgwire/types'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { builtInCodecs } from '../../packages/dialect/src/types/built-in.ts'
import { int4 } from '../../packages/dialect/src/types/scalars/integers.ts'
import { valueFromText } from '../../packages/dialect/src/types/text-form.ts'
import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()
const database = await server.createDatabase()

beforeAll(async () => {
  await using connection = await connect(database.url)
  await connection.execute(`
    create type priced as (cents int4, amount money);
    create type coded as (code int4, n int4);
    create type lettered as (letter "char", amount money)`)
})

afterAll(() => database.drop())

/** What the server has, as it prints it. */
async function stored(connection: Connection, type: string, parameter: unknown): Promise<unknown> {
  const { rows } = await connection.query<{ text: string }>(`select $1::${type}::text as text`, [parameter])
  return rows[0]!.text
}

async function withTypes<Result>(types: PgTypes, use: (connection: Connection) => Promise<Result>): Promise<Result> {
  await using connection = await connect(database.url, { types })
  return await use(connection)
}

describe('a codec whose values are strings', () => {
  /** 'id:7' is 7. */
  const codes = mapCodec(int4, {
    decode: (value) => `id:${value}`,
    encode: (value) => Number(String(value).replace('id:', '')),
  })
  const types = definePgTypes({ codecs: [codes] })

  test.each<[string, unknown, string]>([
    ['int4', 'id:7', '7'],
    ['int4[]', ['id:7', null, 'id:8'], '{7,NULL,8}'],
    ['int4range', { lower: 'id:7', upper: 'id:9' }, '[7,9)'],
    ['coded', { code: 'id:7', n: 'id:8' }, '(7,8)'],
    ['coded[]', [{ code: 'id:7', n: null }], '{"(7,)"}'],
    ['priced', { cents: 'id:7', amount: null }, '(7,)'],
  ])('is asked for each of them in %s', async (type, parameter, text) => {
    await withTypes(types, async (connection) => {
      expect(await stored(connection, type, parameter)).toBe(text)
    })
  })

  test('gives back what it was given', async () => {
    await withTypes(types, async (connection) => {
      const { rows } = await connection.query('select $1::int4 as one, $2::int4[] as many', ['id:7', ['id:8']])
      expect(rows).toEqual([{ one: 'id:7', many: ['id:8'] }])
    })
  })
})

describe('a codec that writes no text', () => {
  const { toText: _toText, ...silent } = int4
  const hundredths: Codec<number> = defineCodec<number>({
    ...silent,
    decode: (_bytes, view, offset) => view.getInt32(offset) / 100,
    encode: (value, out) => out.int32(Math.round(Number(value) * 100)),
  })
  const types = definePgTypes({ codecs: [hundredths] })

  test('is asked wherever bytes are sent', async () => {
    await withTypes(types, async (connection) => {
      expect(await stored(connection, 'int4', 3)).toBe('300')
      expect(await stored(connection, 'int4[]', [3, null])).toBe('{300,NULL}')
      expect(await stored(connection, 'coded', { code: 3, n: 4 })).toBe('(300,400)')
    })
  })

  test.each<[string, unknown, string]>([
    ['int4[]', [3, '700'], 'element [0]'],
    ['coded', { code: 3, n: '1' }, 'field "code"'],
    ['priced', { cents: 3, amount: '1' }, 'field "cents"'],
    ['int4range', { lower: 3, upper: '5' }, 'lower bound'],
  ])('is not gone around where %s has to be text', async (type, parameter, path) => {
    await withTypes(types, async (connection) => {
      const query = stored(connection, type, parameter)
      await expect(query).rejects.toThrow(CodecError)
      await expect(query).rejects.toThrow(`${path}: the codec of int4 does not write text`)
      expect(await stored(connection, 'int4', 3)).toBe('300')
    })
  })
})

test('"char" is one byte, whichever it is, and never a part of a longer text', async () => {
  await using connection = await connect(database.url)
  const { rows } = await connection.query(
    `select encode(charsend($1), 'hex') as high, $1 as back, encode(charsend(($2::"char"[])[1]), 'hex') as element`,
    ['\\310', ['\\377']],
  )
  expect(rows).toEqual([{ high: 'c8', back: '\\310', element: 'ff' }])
  for (const letter of ['ab', 'é']) {
    await expect(connection.query('select $1::"char"', [letter])).rejects.toThrow('more than one byte')
  }
  expect(await stored(connection, 'lettered', { letter: 'a', amount: null })).toBe('(a,)')
})

test('money takes whole numbers and refuses fractions, whose decimal point the server may take for something else', async () => {
  await using connection = await connect(database.url)
  expect(await stored(connection, 'money', 12)).toBe('$12.00')
  expect(await stored(connection, 'money', 12n)).toBe('$12.00')
  expect(await stored(connection, 'money[]', [12, '1.50'])).toBe('{$12.00,$1.50}')
  await expect(stored(connection, 'money', 12.5)).rejects.toThrow('lc_monetary')
  await expect(stored(connection, 'money[]', [12.5])).rejects.toThrow('element [0]: its decimal point')
})

test('typed arrays are arrays of numbers', async () => {
  await using connection = await connect(database.url)
  expect(await stored(connection, 'int2[]', new Int16Array([1, -2]))).toBe('{1,-2}')
  expect(await stored(connection, 'int4[]', new Int32Array([1, -2]))).toBe('{1,-2}')
  expect(await stored(connection, 'int8[]', new BigInt64Array([1n, -(2n ** 63n)]))).toBe('{1,-9223372036854775808}')
  expect(await stored(connection, 'float8[]', new Float64Array([0.5, Number.NaN]))).toBe('{0.5,NaN}')
  expect(await stored(connection, 'numeric[]', new Float64Array([0.5]))).toBe('{0.5}')
})

test('an infinite date is a number, too', async () => {
  await using connection = await connect(database.url)
  expect(await stored(connection, 'date[]', [Infinity, -Infinity])).toBe('{infinity,-infinity}')
})

test('an error says where in its parameter the fault is', async () => {
  await using connection = await connect(database.url)
  const failed = stored(connection, 'coded[]', [{ code: 1 }, { code: 1, n: 1.5 }])
  await expect(failed).rejects.toMatchObject({
    message: 'Cannot encode parameter $1 as _coded: element [1], field "n": not an integer',
    reason: 'element [1], field "n": not an integer',
  })
})

describe('what is written as text is read as the same value', () => {
  const sendable = builtInCodecs.filter(({ typescript }) => !typescript.insert.includes('never'))

  test.each(sendable.map((codec) => ({ name: codec.name, codec })))('$name', async ({ name, codec }) => {
    await using connection = await connect(database.url)
    const { rows } = await connection.query(`select from pg_type where oid = ${codec.oid}`)
    // Some types came with later versions.
    if (rows.length === 0) return
    for (const sample of codec.samples) {
      const value = valueFromText(codec, sample)
      const literal = pg.escapeLiteral(codec.toText!(value))
      const read = await connection.query<{ value: unknown }>(`select ${literal}::pg_catalog."${name}" as value`)
      expect(read.rows[0]!.value).toStrictEqual(value)
    }
  })
})
