import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { OptionsError } from '../source/options-error.ts'
import { loadConfig } from './load-config.ts'

let root: string
beforeAll(async () => void (root = await realpath(await mkdtemp(join(tmpdir(), 'pgwire-config-')))))
afterAll(() => rm(root, { recursive: true }))

async function plant(file: string, text: string): Promise<string> {
  const path = join(root, file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  return path
}

test('the first file of the four names is found, in the folder or above it', async () => {
  const above = await plant('above/kysely-pgwire.config.mjs', `export default { outFile: 'db.ts', keys: true }`)
  await mkdir(join(root, 'above/a/b'), { recursive: true })
  await expect(loadConfig(join(root, 'above/a/b'), undefined)).resolves.toEqual({
    file: above,
    config: { outFile: join(root, 'above/db.ts'), keys: true },
  })
  const nearer = await plant('above/a/kysely-pgwire.config.mts', `export default { snapshot: false } satisfies object`)
  await expect(loadConfig(join(root, 'above/a/b'), undefined)).resolves.toEqual({
    file: nearer,
    config: { snapshot: false },
  })
  const first = await plant('above/a/kysely-pgwire.config.ts', `export default {}`)
  expect((await loadConfig(join(root, 'above/a/b'), undefined)).file).toBe(first)
})

test('paths count from the file, and a file that is named from the folder', async () => {
  await plant(
    'named/conf/x.mjs',
    `export default { migrations: '../m', envFile: '.env', snapshot: '/abs/s.json', url: 'env(A)' }`,
  )
  const { config } = await loadConfig(join(root, 'named'), 'conf/x.mjs')
  expect(config).toEqual({
    migrations: join(root, 'named/m'),
    envFile: join(root, 'named/conf/.env'),
    snapshot: '/abs/s.json',
    url: 'env(A)',
  })
})

test.each([
  ['no file', undefined, /^There is no configuration file .*bad\.mjs$/],
  ['no default', `export const config = {}`, /has no default export$/],
  ['no JavaScript', `export default {`, /^Cannot load the configuration file .*bad\.mjs: /],
  ['a throw', `throw new Error('one\\ntwo')`, /: one$/],
  [
    'an unknown option',
    `export default { outfile: 'x' }`,
    /^In .*bad\.mjs: Unknown option "outfile"\. Did you mean outFile\?$/,
  ],
  [
    'an option of kysely-codegen',
    `export default { dateParser: 'string' }`,
    /There is no option dateParser here: .*definePgTypes/,
  ],
  ['another dialect', `export default { dialect: 'mysql' }`, /The option dialect has to be postgres/],
])('%s is refused', async (name, text, message) => {
  const folder = `refused-${name.replaceAll(' ', '-')}`
  if (text !== undefined) await plant(`${folder}/bad.mjs`, text)
  const loading = loadConfig(join(root, folder), 'bad.mjs')
  await expect(loading).rejects.toThrow(OptionsError)
  await expect(loading).rejects.toThrow(message)
})
