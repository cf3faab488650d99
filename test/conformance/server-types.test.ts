/** The look-up of server types against a real server, through `pg` alone. */
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { BINARY, type Codec, TEXT } from '../../packages/dialect/src/types/codec.ts'
import { defaultTypes } from '../../packages/dialect/src/types/profile.ts'
import { codecsFromRows, type ServerTypeRow, serverTypesQuery } from '../../packages/dialect/src/types/server-types.ts'
import { sharedServer } from '../support/shared-server.ts'

const LONG_NAME = 'a'.repeat(63)

const database = await sharedServer().createDatabase()
const client = new pg.Client(database.url)

beforeAll(async () => {
  await client.connect()
  await client.query(`
    create type mood as enum ('sad', 'ok', 'it''s "fine"');
    alter type mood add value 'so-so' before 'ok';
    create type "${LONG_NAME}" as enum ('x');
    create type _under as enum ('u');
    create domain year as int4 check (value > 0);
    create domain recent_year as year;
    create domain grid as int4[];
    create domain feeling as mood;
    create type pair as (a int4, b mood);
    create type nothing as enum ()`)
})

afterAll(async () => {
  await client.end()
  await database.drop()
})

test('an enum comes with its labels in their order', async () => {
  const codec = await lookUp('mood')
  expect(codec).toMatchObject({ name: 'mood', format: BINARY })
  expect(codec.typescript.select).toBe('"sad" | "so-so" | "ok" | "it\'s \\"fine\\""')
  expect((await lookUp('nothing')).typescript.select).toBe('never')
})

test('an array brings its element along', async () => {
  expect(await arrives('mood[]', `array['sad', null, 'it''s "fine"']::mood[]`)).toEqual(['sad', null, 'it\'s "fine"'])
  expect(await arrives(`"${LONG_NAME}"[]`, `array['x']::"${LONG_NAME}"[]`)).toEqual(['x'])
  expect(await arrives('_under', `'u'::_under`)).toBe('u')
})

test('a domain is its base type, however deep', async () => {
  expect(await arrives('year', '1999::year')).toBe(1999)
  expect(await arrives('recent_year[]', 'array[1999, null]::recent_year[]')).toEqual([1999, null])
  expect(await arrives('feeling[]', `array['ok']::feeling[]`)).toEqual(['ok'])
  expect(await arrives('grid[]', `array['{1,2}', '{3}']::grid[]`)).toEqual([[1, 2], [3]])
})

test('anything else is text, in arrays too', async () => {
  for (const type of ['pair', 'int4range', 'box', 'tsvector', 'pg_lsn', 'record', 'oidvector']) {
    expect(await lookUp(type), type).toMatchObject({ format: TEXT })
  }
  expect(await arrives('pair[]', `array[(1, 'ok'), null]::pair[]`)).toEqual(['(1,ok)', null])
  expect(await arrives('box[]', `'{(1,1),(0,0);(2,2),(0,0)}'::box[]`)).toEqual(['(1,1),(0,0)', '(2,2),(0,0)'])
  expect(await arrives('pair[]', `'[0:1]={"(1,\\"it''s \\\\\\"fine\\\\\\"\\")",NULL}'::pair[]`)).toHaveLength(2)
})

test('every type of the catalog gets a codec, in one query', async () => {
  const { rows } = await client.query<{ oid: number }>('select oid from pg_catalog.pg_type')
  const codecs = codecsFromRows(await look(rows.map(({ oid }) => oid)), defaultTypes)
  for (const { oid } of rows) expect(codecs.get(oid) ?? defaultTypes.codecFor(oid)).toMatchObject({ oid })
})

test('a type that is not there has no row', async () => {
  expect(await look([4_000_000_000])).toEqual([])
})

test('other people’s operators and functions are not called', async () => {
  await client.query(`
    create schema evil;
    create function evil.same(oid, oid) returns bool language plpgsql as $$ begin raise 'called'; end $$;
    create operator evil.= (leftarg = oid, rightarg = oid, function = evil.same);
    create operator evil.<> (leftarg = oid, rightarg = oid, function = evil.same);
    create function evil.unnest(oid[]) returns setof oid language plpgsql as $$ begin raise 'called'; end $$;
    create type evil.oid as enum ('trap'); create type evil.text as enum ('trap');
    create table evil.pg_type (oid int); create table evil.pg_enum (oid int);
    set search_path = evil, pg_catalog`)
  const { rows } = await client.query<{ oid: number }>(`select oid from pg_catalog.pg_type where typname = 'mood'`)
  expect((await look([rows[0]!.oid]))[0]).toMatchObject({ name: 'mood' })
})

async function look(oids: readonly number[]): Promise<ServerTypeRow[]> {
  const { rows } = await client.query<ServerTypeRow>(serverTypesQuery, [`{${oids.join(',')}}`])
  return rows
}

async function lookUp(type: string): Promise<Codec> {
  const { rows } = await client.query<{ oid: number }>('select $1::regtype::oid as oid', [type])
  return codecsFromRows(await look([rows[0]!.oid]), defaultTypes).get(rows[0]!.oid)!
}

/** What the codec makes of what the server sends for an expression; `pg` cannot read binary itself. */
async function arrives(type: string, expression: string): Promise<unknown> {
  const codec = await lookUp(type)
  const { rows } = await client.query<{ send: string }>('select typsend::text as send from pg_type where oid = $1', [
    codec.oid,
  ])
  const sent =
    codec.format === BINARY ? `${rows[0]!.send}(${expression})` : `convert_to(format('%s', ${expression}), 'UTF8')`
  const { rows: values } = await client.query<{ sent: Buffer }>(`select ${sent} as sent`)
  const { sent: copy } = values[0]!
  return codec.decode(copy, new DataView(copy.buffer, copy.byteOffset), 0, copy.length)
}
