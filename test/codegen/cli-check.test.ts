import { resolve } from 'node:path'

import { expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import { Folder, run } from './cli-fixture.ts'

const server = sharedServer()

/** Beside the tests, where the compiler and Kysely are found. */
const beside = resolve(import.meta.dirname, '../node_modules')

const TSCONFIG = JSON.stringify({
  compilerOptions: { target: 'es2022', module: 'nodenext', strict: true, skipLibCheck: true, types: [], noEmit: true },
})

const WRONG = `import { sql } from 'kysely'

export const users = sql<{ id: string }>\`select id from users\`
`
const RIGHT = WRONG.replace('id: string', 'id: number')

test('check says where a type is wrong about its SQL, and ends with 1', async () => {
  await using database = await server.createDatabase()
  await server.query('create table users (id int4 primary key)', [], database.name)
  await using folder = await Folder.with(
    { 'tsconfig.json': TSCONFIG, 'src/users.ts': WRONG, 'src/right.ts': RIGHT, 'find.sql': 'select id from users;' },
    beside,
  )
  const argv = ['--url', database.url]
  const { code, out, err } = await run(folder, ['check', 'src/*.ts', ...argv, 'find.sql'])
  expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/^src\/users\.ts:3:\d+: .*id.*number.*\n$/) })
  expect(err).toMatch(/3 queries in 3 files, .*1 finding\n$/)
  await expect(run(folder, ['check', ...argv, 'src/right.ts'])).resolves.toMatchObject({ code: 0, out: '' })
  await expect(run(folder, ['check', '--check-files', 'src/users.ts', ...argv])).resolves.toMatchObject({ code: 1 })
})

test('check prints the types of statements in files of SQL, if asked', async () => {
  await using database = await server.createDatabase()
  await server.query('create table users (id int4 primary key)', [], database.name)
  const files = { 'tsconfig.json': TSCONFIG, 'a.sql': 'delete from users where id = $1;\n' }
  await using folder = await Folder.with(files, beside)
  const argv = ['check', 'a.sql', '--url', database.url]
  const types = 'a.sql:1:1:\n-- @params [number | null]\n-- @type never\n'
  await expect(run(folder, [...argv, '--print-types'])).resolves.toMatchObject({ code: 0, out: types })
  await expect(run(folder, argv)).resolves.toMatchObject({ code: 0, out: '' })
})

test('check takes its files from the configuration, relative to it', async () => {
  await using database = await server.createDatabase()
  await server.query('create table users (id int4 primary key)', [], database.name)
  const config = `export default { checkFiles: ['src/*.ts'], checkProject: './tsconfig.json' }`
  await using folder = await Folder.with(
    { 'tsconfig.json': TSCONFIG, 'src/users.ts': WRONG, 'kysely-pgwire.config.mjs': config },
    beside,
  )
  await expect(run(folder, ['check', '--url', database.url])).resolves.toMatchObject({ code: 1 })
})

test('check without files, or with such as are not there, is told so', async () => {
  await using database = await server.createDatabase()
  await using folder = await Folder.with({}, beside)
  const argv = ['--url', database.url]
  await expect(run(folder, ['check', ...argv])).resolves.toEqual({
    code: 2,
    out: '',
    err: 'Error: It is not said which files to check: check <files…>, or checkFiles\n',
  })
  await expect(run(folder, ['check', 'none.ts', ...argv])).resolves.toMatchObject({
    code: 3,
    err: 'Error: No file of TypeScript or SQL matches none.ts\n',
  })
})
