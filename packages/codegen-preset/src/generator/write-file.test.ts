import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { writeWhole } from './write-file.ts'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'pgwire-files-'))))
afterAll(() => rm(folder, { recursive: true }))

test('a file is written with the folders that it needs, and nothing beside it', async () => {
  const file = join(folder, 'new/deeper/db.ts')
  await expect(writeWhole(file, 'one')).resolves.toBe(true)
  await expect(readFile(file, 'utf8')).resolves.toBe('one')
  await expect(readdir(join(folder, 'new/deeper'))).resolves.toEqual(['db.ts'])
})

test('a file that says the same already is left alone', async () => {
  const file = join(folder, 'same.ts')
  await writeWhole(file, 'same')
  const before = await stat(file, { bigint: true })
  await expect(writeWhole(file, 'same')).resolves.toBe(false)
  const after = await stat(file, { bigint: true })
  expect([after.mtimeNs, after.ino]).toEqual([before.mtimeNs, before.ino])
})

test('a file that cannot take the place leaves nothing behind', async () => {
  const file = join(folder, 'taken')
  await writeWhole(join(file, 'inside'), 'x')
  await expect(writeWhole(file, 'y')).rejects.toThrow()
  expect((await readdir(folder)).filter((name) => name.includes('tmp'))).toEqual([])
})
