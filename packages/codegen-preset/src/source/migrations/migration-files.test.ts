import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { migrationFiles } from './migration-files.ts'
import { wayUp } from './run-sql-files.ts'

let root: string
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'pgwire-migrations-'))))
afterAll(() => rm(root, { recursive: true }))

async function folderOf(name: string, files: readonly string[]): Promise<string> {
  const folder = join(root, name)
  await mkdir(folder)
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), '')
  }
  return folder
}

test.each<[string, string[], string, string[]]>([
  ['scripts by code units', ['b.sql', 'B.sql', 'a.sql', 'read.me'], 'sql', ['B.sql', 'a.sql', 'b.sql']],
  ['scripts in folders', ['2/up.sql', '1/up.sql', '10/up.sql'], 'sql', ['1/up.sql', '10/up.sql', '2/up.sql']],
  ['only the way up', ['1.up.sql', '1.down.sql'], 'sql', ['1.up.sql']],
  ['modules before scripts', ['1.ts', '2.mjs', '2.sql', 'x.d.ts', 'x.d.mts', 'sub/3.ts'], 'modules', ['1.ts', '2.mjs']],
])('%s', async (name, files, kind, expected) => {
  const folder = await folderOf(name, files)
  const found = await migrationFiles(folder)
  expect([found.kind, found.files.map((file) => relative(folder, file))]).toEqual([kind, expected])
})

test('a folder that is missing, a file or empty is refused', async () => {
  const folder = await folderOf('empty', ['x.d.ts', 'y.down.sql'])
  await expect(migrationFiles(folder)).rejects.toThrow('has no migrations')
  await expect(migrationFiles(join(folder, 'none'))).rejects.toThrow('there is none')
  await expect(migrationFiles(join(folder, 'x.d.ts'))).rejects.toThrow('it is a file')
})

test.each([
  ['create table a ()', 'create table a ()'],
  ['\uFEFFselect 1', 'select 1'],
  ['-- migrate:up\nselect 1;\n-- migrate:down\nselect 2', '-- migrate:up\nselect 1;\n'],
  ['-- +goose Up\nselect 1;\n  -- +goose Down\nselect 2', '-- +goose Up\nselect 1;\n'],
  ['select 1;\n-- Down Migration\nselect 2', 'select 1;\n'],
  ["select '-- migrate:downhill'", "select '-- migrate:downhill'"],
])('of %j the way up is %j', (script, up) => {
  expect(wayUp(script)).toBe(up)
})
