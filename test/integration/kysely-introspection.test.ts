import { beforeAll, expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()

beforeAll(async () => {
  await shop.query(`create type mood as enum ('sad', 'ok')`)
  await shop.query('create domain short as varchar(5)')
  await shop.query(`create schema attic`)
  await shop.query(`create table attic.box (
    id bigint generated always as identity primary key,
    label text not null default 'none',
    mood mood,
    moods mood[] not null default '{}',
    code short,
    weight numeric(10, 2),
    twice numeric generated always as (weight * 2) stored
  )`)
  await shop.query(`comment on column attic.box.label is 'what is written on it'`)
  await shop.query('create view attic.labels as select id, label from attic.box')
  await shop.query('create materialized view attic.counted as select count(*) as n from attic.box')
  await shop.query('create table attic.parted (id int, day date) partition by range (day)')
})

const column = (name: string, dataType: string, more: object = {}) => ({
  name,
  dataType,
  dataTypeSchema: 'pg_catalog',
  hasDefaultValue: false,
  isAutoIncrementing: false,
  isNullable: true,
  ...more,
})

test('getSchemas names the schemas', async () => {
  await using kysely = shop.open()
  const schemas = await kysely.db.introspection.getSchemas()
  expect(schemas.map(({ name }) => name)).toEqual(expect.arrayContaining(['attic', 'pg_catalog', 'public']))
})

test('getTables describes tables with defaults, enums, arrays, domains, identity and comments', async () => {
  await using kysely = shop.open()
  const tables = await kysely.db.introspection.getTables()
  const box = tables.find(({ name }) => name === 'box')
  expect(box).toMatchObject({ schema: 'attic', isView: false })
  const columns = Object.fromEntries((box?.columns ?? []).map((each) => [each.name, each]))
  expect(columns).toMatchObject({
    id: column('id', 'int8', { isAutoIncrementing: true, isNullable: false }),
    label: column('label', 'text', { hasDefaultValue: true, isNullable: false, comment: 'what is written on it' }),
    mood: column('mood', 'mood', { dataTypeSchema: 'public' }),
    moods: column('moods', '_mood', { dataTypeSchema: 'public', hasDefaultValue: true, isNullable: false }),
    code: column('code', 'short', { dataTypeSchema: 'public' }),
    weight: column('weight', 'numeric'),
    twice: column('twice', 'numeric', { hasDefaultValue: true }),
  })
})

test('getTables lists views and partitioned tables, and says which are views', async () => {
  await using kysely = shop.open()
  const tables = await kysely.db.introspection.getTables()
  const kinds = Object.fromEntries(tables.map(({ schema, name, isView }) => [`${schema}.${name}`, isView]))
  expect(kinds).toMatchObject({
    'attic.box': false,
    'attic.labels': true,
    'attic.parted': false,
    'public.person': false,
    'public.pet': false,
  })
})

test('getTables leaves the internal tables of Kysely out unless it is asked for them', async () => {
  await using kysely = shop.open()
  await shop.query('create table kysely_migration (name text)')
  const names = async (withInternalKyselyTables: boolean) =>
    (await kysely.db.introspection.getTables({ withInternalKyselyTables })).map(({ name }) => name)
  await expect(names(false)).resolves.not.toContain('kysely_migration')
  await expect(names(true)).resolves.toContain('kysely_migration')
})

test('getTables works inside a transaction', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  const tables = await kysely.db.transaction().execute((trx) => trx.introspection.getTables())
  expect(tables.map(({ name }) => name)).toContain('person')
})
