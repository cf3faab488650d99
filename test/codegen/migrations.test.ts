import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { createGenerator, OptionsError, SourceError } from 'kysely-pgwire-codegen'
import { expect, onTestFinished, test } from 'vitest'

import { Folder, Program, run } from './cli-fixture.ts'

// PostgreSQL in memory takes seconds to be there, and more on a busy machine.
const PATIENCE = { timeout: 120_000 }

const driver = pathToFileURL(join(import.meta.dirname, '../../packages/dialect/src/index.ts')).href
const kysely = import.meta.resolve('kysely')

const first = `
  import { copyFrom } from '${driver}'
  import { type Kysely, sql } from '${kysely}'
  export async function up(db: Kysely<any>): Promise<void> {
    await db.schema.createType('mood').asEnum(['sad', 'ok']).execute()
    await db.schema.createTable('users').addColumn('id', 'integer', (c) => c.primaryKey().generatedAlwaysAsIdentity())
      .addColumn('name', 'text', (c) => c.notNull()).addColumn('mood', sql\`mood\`).execute()
    await sql\`create extension citext; \`.execute(db)
    await sql\`alter table users add column email citext\`.execute(db)
    await copyFrom(db, 'users', [{ name: 'Ada', mood: 'ok' }, { name: 'Alan', mood: null }], { columns: ['name', 'mood'] })
    const { count } = await db.selectFrom('users').select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()
    await sql\`create view counted as select \${sql.raw(String(count))} as many\`.execute(db)
    for await (const row of db.selectFrom('users').selectAll().stream(1)) if (row.name === '') throw new Error('no name')
  }`

const second = `export const up = (db) => db.schema.createTable('pets').addColumn('owner', 'integer', (c) => c.references('users.id')).execute()`

/** Has this process put its temporary files into the folder until the test is over; gives the names of what is there. */
async function temporaryFilesIn(folder: Folder): Promise<() => Promise<string[]>> {
  const before = process.env['TMPDIR']
  onTestFinished(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
  await folder.write('tmp/keep', '')
  process.env['TMPDIR'] = join(folder.path, 'tmp')
  return () => readdir(join(folder.path, 'tmp'))
}

test(
  "Kysely's migrations are run in order, with all that the driver has, and leave nothing behind",
  PATIENCE,
  async () => {
    await using folder = await Folder.with({
      'm/002_pets.mjs': second,
      'm/001_users.ts': first,
      'm/helper.sql': 'not sql',
    })
    const temporaryFiles = await temporaryFilesIn(folder)
    const outFile = join(folder.path, 'db.ts')
    const { files } = await createGenerator({ source: { migrations: join(folder.path, 'm') }, outFile }).generate()
    expect(files.map(({ written }) => written)).toEqual([true, true])
    const text = await readFile(outFile, 'utf8')
    expect(text).toMatch(/interface DB \{\n {2}counted: Counted\n {2}pets: Pets\n {2}users: Users\n\}/)
    expect(text).toMatch(
      /interface Users \{\n {2}id: GeneratedAlways<number>\n {2}name: string\n {2}mood: Mood \| null\n {2}email: string \| null\n\}/,
    )
    await expect(temporaryFiles()).resolves.toEqual(['keep'])
  },
)

test('scripts are run in order, each with several statements, without a server', PATIENCE, async () => {
  await using folder = await Folder.with({
    'm/0002_b.up.sql':
      '-- migrate:up\nalter table a add column h hstore; create index on a (id);\n-- migrate:down\ndrop table a',
    'm/0002_b.down.sql': 'drop table a',
    'm/0001_a.sql': `\uFEFFcreate extension hstore; create extension "uuid-ossp"; create extension pg_trgm; create extension ltree;
      begin; create table a (id uuid primary key default uuid_generate_v4()); commit;`,
  })
  const { code, out, err } = await run(folder, ['print', '--migrations', 'm'], {
    PGHOST: 'nowhere.invalid',
    PGSSLMODE: 'verify-full',
    PGOPTIONS: '-c x',
  })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(/interface A \{\n {2}id: Generated<string>\n {2}h: /)
})

test('a migration that fails is named with its file, and everything is closed', PATIENCE, async () => {
  await using folder = await Folder.with({
    'kysely/001_fine.mjs': `export const up = async () => {}`,
    'kysely/002_broken.mjs': `export const up = (db) => db.selectFrom('nobody').selectAll().execute()`,
    'sql/1.sql': 'create table a ();',
    'sql/2.sql': 'create table b (); drop table nobody;',
    'copy/1.ts': `
      import { copyFrom } from '${driver}'
      export async function up(db: any): Promise<void> {
        await db.schema.createTable('t').addColumn('id', 'integer', (c: any) => c.primaryKey()).execute()
        await copyFrom(db, 't', [{ id: 1 }, { id: 1 }])
      }`,
    'unloadable/1.mjs': 'export const up = (',
    'no-migration/1.mjs': 'export const down = 1',
  })
  const temporaryFiles = await temporaryFilesIn(folder)
  const failing = (name: string) => createGenerator({ source: { migrations: join(folder.path, name) } }).catalog()
  const kyselys = failing('kysely')
  await expect(kyselys).rejects.toThrow(SourceError)
  await expect(kyselys).rejects.toThrow(
    `Migration 002_broken (${join(folder.path, 'kysely/002_broken.mjs')}) failed: relation "nobody" does not exist`,
  )
  await expect(failing('sql')).rejects.toThrow(
    `Migration ${join(folder.path, 'sql/2.sql')} failed: table "nobody" does not exist`,
  )
  await expect(failing('copy')).rejects.toThrow(
    `Migration 1 (${join(folder.path, 'copy/1.ts')}) failed: duplicate key value violates unique constraint "t_pkey"`,
  )
  await expect(failing('unloadable')).rejects.toThrow(
    `Cannot load the migration ${join(folder.path, 'unloadable/1.mjs')}: `,
  )
  await expect(failing('missing')).rejects.toThrow(OptionsError)
  await expect(temporaryFiles()).resolves.toEqual(['keep'])
})

test(
  'watch runs the migrations again when a file in their folder changes, and ends at a signal',
  PATIENCE,
  async () => {
    await using folder = await Folder.with({
      'm/names.mjs': `export const table = 'first'`,
      'm/1.ts': `import { table } from './names.mjs'
      export const up = (db: any) => db.schema.createTable(table).addColumn('id', 'integer').execute()`,
    })
    const program = new Program(folder, ['watch', '--migrations', 'm', '--out-file', 'db.ts'])
    onTestFinished(() => program.kill('SIGKILL'))
    await program.said(/db\.catalog\.json: written/)
    program.forget()
    await folder.write('m/names.mjs', `export const table = 'second'`)
    await program.said(/db\.catalog\.json: written/)
    await expect(readFile(join(folder.path, 'db.ts'), 'utf8')).resolves.toMatch(
      /interface DB \{\n {2}second: Second\n\}/,
    )
    const ended = program.ended()
    program.kill('SIGINT')
    await expect(ended).resolves.toMatchObject({ code: 0 })
  },
)

test('extensions that the project of the migrations has installed can be created', PATIENCE, async () => {
  const migrations = join(import.meta.dirname, 'migrations-vector')
  const { types } = await createGenerator({ source: { migrations } }).catalog()
  expect(types.map(({ name }) => name)).toEqual(['vector'])
})

test('a signal in the middle of a migration leaves nothing behind', PATIENCE, async () => {
  await using folder = await Folder.with({
    'm/1.mjs': `export const up = async () => { process.stderr.write('under way'); await new Promise(() => setInterval(() => {}, 1000)) }`,
    'tmp/keep': '',
  })
  const program = new Program(folder, ['print', '--migrations', 'm'], { TMPDIR: join(folder.path, 'tmp') })
  onTestFinished(() => program.kill('SIGKILL'))
  await program.said(/under way/)
  const inside = async () => (await readdir(join(folder.path, 'tmp'))).filter((name) => name !== 'keep')
  await expect(inside()).resolves.toEqual([expect.stringMatching(/^pgwire-codegen-/)])
  const ended = program.ended()
  program.kill('SIGTERM')
  await expect(ended).resolves.toMatchObject({ code: 143, out: '' })
  await expect(inside()).resolves.toEqual([])
})

test('a folder for temporary files whose path is too long for a socket is no obstacle', PATIENCE, async () => {
  const long = `tmp/${'x'.repeat(90)}`
  await using folder = await Folder.with({ 'm/1.sql': 'create table a ()', [`${long}/keep`]: '' })
  const ended = await run(folder, ['print', '--migrations', 'm'], { TMPDIR: join(folder.path, long) })
  expect(ended).toMatchObject({ code: 0, err: '' })
  await expect(readdir(join(folder.path, long))).resolves.toEqual(['keep'])
})

test('without PGlite the command that installs it is named', async () => {
  await using folder = await Folder.with({
    'm/1.sql': 'create table a ()',
    'without.mjs': `
      import { registerHooks } from 'node:module'
      registerHooks({
        resolve(name, context, next) {
          if (!name.startsWith('@electric-sql/')) return next(name, context)
          throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
        },
      })`,
  })
  const preload = pathToFileURL(join(folder.path, 'without.mjs')).href
  const ended = await run(folder, ['print', '--migrations', 'm'], { NODE_OPTIONS: `--import ${preload}` })
  expect(ended).toEqual({
    code: 3,
    out: '',
    err: 'Error: Migrations are run on PGlite, which is not installed: npm install --save-dev @electric-sql/pglite\n',
  })
})
