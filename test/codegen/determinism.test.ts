/** The same schema is the same bytes, of the file and of the catalog: for every locale and setting, after any other history. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { connect, isPostgresError } from 'kysely-pgwire'
import { afterAll, expect, test } from 'vitest'

import { awkwardSchema } from '../conformance/codegen/awkward-schema.ts'
import { hostileSchema } from '../conformance/codegen/hostile-schema.ts'
import { writtenSchema } from '../conformance/codegen/written-schema.ts'
import { seededRandom } from '../support/random.ts'
import { sharedServer } from '../support/shared-server.ts'

const SEED = Number(process.env['TEST_SEED'] ?? 7)

interface Files {
  readonly catalog: string
  readonly text: string
  readonly locale: string
}

const server = sharedServer()
const names: string[] = []

const statements: readonly string[] = [
  ...awkwardSchema.filter((statement) => !statement.startsWith('insert')),
  ...writtenSchema(server.majorVersion).statements,
  // Names that locales order otherwise.
  'create table "Z" (a int)',
  'create table z (a int)',
  'create table "ä" (a int)',
  'create table "š" (a int)',
  'create table t_ (a int)',
  'create table "t-" (a int)',
  `comment on table z is 'of letters'`,
  'create table orders (id int primary key, "Z" int unique, z int unique, parent int references orders, other int references orders ("Z"))',
  'create function overloaded(a int) returns int language sql return 1',
  'create function overloaded(a text, b int default 1) returns int language sql return 1',
  ...hostileSchema(seededRandom(SEED), 20).statements,
]

const first = await files(await filled([...statements]))

afterAll(async () => {
  for (const name of names) await server.query(`drop database if exists ${name} with (force)`)
})

test('there is something to tell apart', () => {
  expect(first.catalog.length).toBeGreaterThan(50_000)
  expect(first.text.length).toBeGreaterThan(50_000)
})

test('made in another order, under other OIDs', async () => {
  const random = seededRandom(SEED)
  const shuffled = statements
    .map((statement) => ({ statement, at: random.between(0, 1_000_000) }))
    .sort((one, other) => one.at - other.at)
  const url = await filled(shuffled.map(({ statement }) => statement))
  expectSame(await files(url))
}, 60_000)

test.each([
  ['quote_all_identifiers', 'on'],
  ['search_path', 'other, pg_catalog'],
  ['DateStyle', 'German, DMY'],
  ['bytea_output', 'escape'],
  ['TimeZone', `'Asia/Kathmandu'`],
  ['default_transaction_isolation', 'serializable'],
  ['enable_hashjoin', 'off'],
  ['plan_cache_mode', 'force_generic_plan'],
])(
  'read by sessions with %s = %s',
  async (setting, value) => {
    const name = names[0]!
    await server.query(`alter database ${name} set ${setting} = ${value}`)
    const made = await files(server.urlOf({ database: name }))
    await server.query(`alter database ${name} reset all`)
    expectSame(made)
  },
  60_000,
)

test('in databases of every kind of locale that the server has', async () => {
  const made: string[] = []
  for (const options of [
    `locale 'C'`,
    `locale 'C.UTF-8'`,
    `locale 'en_US.UTF-8'`,
    ...(server.majorVersion >= 15
      ? [`locale_provider icu icu_locale 'et'`, `locale_provider icu icu_locale 'sv'`]
      : []),
  ]) {
    const url = await filled([...statements], options)
    if (url === undefined) continue
    made.push(options)
    expectSame(await files(url))
  }
  process.stdout.write(`databases: ${made.join('; ')}\n`)
  expect(made).toContain(`locale 'C'`)
}, 120_000)

test.each(['C', 'et_EE.UTF-8', 'sv_SE.UTF-8', 'tr_TR.UTF-8', 'ja_JP.UTF-8'])(
  'by a process with LC_ALL=%s',
  async (locale) => {
    const url = server.urlOf({ database: names[0]! })
    const made = await files(url, { LC_ALL: locale, LANG: locale })
    if (locale.startsWith('et')) expect(made.locale).toMatch(/^et/)
    expectSame(made)
  },
  60_000,
)

function expectSame(made: Files): void {
  expect(made.catalog).toBe(first.catalog)
  expect(made.text).toBe(first.text)
}

async function files(url: string | undefined, environment: Readonly<Record<string, string>> = {}): Promise<Files> {
  const child = join(import.meta.dirname, '../conformance/codegen/generate-child.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [child, url!], {
    env: { ...process.env, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  })
  return JSON.parse(stdout) as Files
}

/** Makes a database with the statements, in whatever order they come; undefined where the server has no such locale. */
async function filled(order: string[], options = ''): Promise<string | undefined> {
  const name = `codegen_${process.pid}_${names.length}`
  try {
    await server.query(`create database ${name} template template0 ${options}`)
  } catch {
    return undefined
  }
  names.push(name)
  await using connection = await connect(server.urlOf({ database: name }))
  // What stands on something that is not there yet is tried again later.
  for (let waiting = order; waiting.length > 0;) {
    const failed: string[] = []
    for (const statement of waiting) {
      try {
        await connection.execute(statement)
      } catch (error) {
        if (!isPostgresError(error)) throw error
        failed.push(statement)
      }
    }
    if (failed.length === waiting.length)
      throw new Error(`None of these can be executed: ${failed.slice(0, 3).join('; ')}`)
    waiting = failed
  }
  return server.urlOf({ database: name })
}
