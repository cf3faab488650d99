import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

import { CamelCasePlugin, Kysely, PostgresDialect, sql } from 'kysely'
import { connect, PgwireDialect } from 'kysely-pgwire'
import {
  createGenerator,
  definePreset,
  type OutputOptions,
  PgwireGeneratorDialect,
  pgwireSerializer,
} from 'kysely-pgwire-codegen'
import { definePgTypes } from 'kysely-pgwire/types'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import * as stock from '../../packages/codegen-preset/node_modules/kysely-codegen/dist/index.js'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'
import { Folder } from './cli-fixture.ts'

const PRESET = resolve(import.meta.dirname, '../../packages/codegen-preset')

const SCHEMA = `
  create type mood as enum ('sad', 'ok', 'happy');
  create domain email as text check (value like '%@%');
  create type address as (street text, moods mood[]);
  create table user_roles (id bigint generated always as identity primary key, mood mood default 'ok', mail email not null, home address);
  create table parts (id int not null, made_at timestamptz) partition by range (id);
  create table parts_1 partition of parts for values from (0) to (10);
  create view happy as select id, mail from user_roles where mood = 'happy';
  create materialized view counted as select count(*) as many from user_roles;
  create schema audit;
  create table audit.events (id uuid primary key, payload jsonb not null, during tstzrange);
  comment on table audit.events is 'what */ has happened';`

let database: TestDatabase
beforeAll(async () => {
  database = await sharedServer().createDatabase()
  const connection = await connect(database.url)
  await connection.execute(SCHEMA)
  await connection.close()
})
afterAll(() => database.drop())

const open = (): Kysely<unknown> => {
  const db = new Kysely<unknown>({ dialect: new PgwireDialect({ connection: database.url }) })
  onTestFinished(() => db.destroy())
  return db
}

const ownText = async (options: OutputOptions) =>
  (await createGenerator({ ...options, source: { url: database.url } }).text()).text

const variants: readonly (readonly [name: string, options: OutputOptions])[] = [
  ['nothing', {}],
  ['a profile', { types: definePgTypes({ int8: 'bigint', timestamptz: 'string' }) }],
  ['camel case, singular names, patterns', { camelCase: true, singularize: true, excludePattern: 'parts*' }],
  [
    'everything else',
    {
      partitions: true,
      enumValues: true,
      keys: true,
      routines: true,
      brandedIds: true,
      brandedDomains: true,
      defaultSchemas: ['audit'],
      overrides: { columns: { 'events.payload': 'Payload' } },
      customImports: { Payload: './payload' },
      typeOnlyImports: false,
    },
  ],
]

test.each(variants)(
  "with %s, kysely-codegen's generate() gives the same file by our dialect and serializer",
  async (_, options) => {
    await using folder = await Folder.with({})
    const outFile = join(folder.path, 'db.ts')
    const dialect = new PgwireGeneratorDialect(options)
    const text = await stock.generate({ db: open(), dialect, serializer: pgwireSerializer, outFile })
    expect(text).toBe(await ownText(options))
    await expect(readFile(outFile, 'utf8')).resolves.toBe(text)
  },
)

test.each(variants)(
  "with %s, kysely-codegen's command line gives the same file by the preset, through pg",
  async (_, options) => {
    await using folder = await Folder.with({})
    const outFile = join(folder.path, 'db.ts')
    const config: stock.Config = definePreset({ ...options, url: database.url, outFile, logLevel: 'silent' })
    await new stock.Cli().run({ argv: [], config })
    await expect(readFile(outFile, 'utf8')).resolves.toBe(await ownText(options))
  },
)

test("kysely-codegen's program takes the preset from a CommonJS file, and verifies what it has written", async () => {
  const entry = JSON.stringify(join(PRESET, 'src/index.ts'))
  await using folder = await Folder.with({
    'kysely-codegen.config.cjs': `module.exports = require(${entry}).definePreset({ url: 'env(SHOP_URL)', outFile: 'db.ts', keys: true })`,
  })
  const bin = join(PRESET, 'node_modules/kysely-codegen/dist/cli/bin.js')
  const program = (...argv: string[]) =>
    promisify(execFile)(process.execPath, [bin, '--config-file', './kysely-codegen.config.cjs', ...argv], {
      cwd: folder.path,
      env: { ...process.env, SHOP_URL: database.url },
    })
  await program()
  await expect(readFile(join(folder.path, 'db.ts'), 'utf8')).resolves.toBe(await ownText({ keys: true }))
  await expect(program('--verify')).resolves.toBeDefined()
  await program('--camel-case')
  await expect(readFile(join(folder.path, 'db.ts'), 'utf8')).resolves.toBe(
    await ownText({ keys: true, camelCase: true }),
  )
})

test("what generate() of kysely-codegen is told goes before the dialect's options", async () => {
  const dialect = new PgwireGeneratorDialect({ camelCase: false, includePattern: 'nobody' })
  const told = { camelCase: true, includePattern: '*.events', defaultSchemas: ['audit'] }
  const text = await stock.generate({ db: open(), dialect, serializer: pgwireSerializer, outFile: null, ...told })
  expect(text).toBe(await ownText(told))
})

test('what would be untrue is refused, by the preset and by the dialect', async () => {
  expect(() => definePreset({ dateParser: 'string' } as never)).toThrow('Unknown option "dateParser"')
  expect(() => new PgwireGeneratorDialect({ camelcase: true } as never)).toThrow(
    'Unknown option "camelcase". Did you mean camelCase?',
  )
  const dialect = new PgwireGeneratorDialect()
  const generation = { db: open(), dialect, serializer: pgwireSerializer, outFile: null }
  await expect(stock.generate({ ...generation, typeMapping: { int8: 'bigint' } })).rejects.toThrow(
    'There is no typeMapping here',
  )
  await expect(
    stock.generate({ ...generation, postprocess: async () => new stock.DatabaseMetadata({ tables: [] }) }),
  ).rejects.toThrow('The metadata has no catalog')
})

test('a postprocess function sees the tables as kysely-codegen describes them', async () => {
  const seen: unknown[] = []
  const postprocess = async ({ metadata }: { metadata: stock.DatabaseMetadata }) => {
    for (const { schema, name, isView, isPartition, columns } of metadata.tables)
      seen.push([schema, name, isView, isPartition, columns.length])
    return metadata
  }
  await stock.generate({
    db: open(),
    dialect: new PgwireGeneratorDialect(),
    serializer: pgwireSerializer,
    outFile: null,
    postprocess,
  })
  expect(seen).toEqual([
    ['audit', 'events', false, false, 3],
    ['public', 'counted', true, false, 1],
    ['public', 'happy', true, false, 2],
    ['public', 'parts', false, false, 2],
    ['public', 'user_roles', false, false, 4],
  ])
})

test('createGenerator reads through any dialect, and leaves what it was given open', async () => {
  const pool = new pg.Pool({ connectionString: database.url })
  await using db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] })
  const { text } = await createGenerator({ source: { db } }).text()
  expect(text).toBe(await ownText({}))
  await expect(sql`select 1 as one`.execute(db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
})
