import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { connectionStringOf } from './from-url.ts'
import { OptionsError } from './options-error.ts'

const NAME = 'PGWIRE_CODEGEN_TEST_URL'
let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'pgwire-env-'))))
afterAll(async () => {
  delete process.env[NAME]
  await rm(folder, { recursive: true })
})

test.each(['postgres://a:b@h/db', 'host=h password=(x)', 'postgres://a:f(x)@h/db', ''])(
  '%s is taken as it is',
  (url) => {
    expect(connectionStringOf({ url })).toBe(url)
  },
)

test('env(NAME) is the variable, from the environment before the file', async () => {
  const envFile = join(folder, '.env')
  await writeFile(envFile, `HOST=filed\n${NAME}=postgres://$HOST/db\n`)
  delete process.env[NAME]
  expect(connectionStringOf({ url: `env(${NAME})`, envFile })).toBe('postgres://filed/db')
  process.env[NAME] = 'postgres://real/db'
  expect(connectionStringOf({ url: ` env("${NAME}") `, envFile })).toBe('postgres://real/db')
})

test.each([
  ['env(PGWIRE_CODEGEN_UNSET)', "Environment variable 'PGWIRE_CODEGEN_UNSET' could not be found."],
  ['file(secret)', "Function 'file' is not defined."],
])('%s is refused', (url, message) => {
  expect(() => connectionStringOf({ url })).toThrow(new OptionsError(message))
})

test('an environment file that is named has to be there', () => {
  expect(() => connectionStringOf({ url: 'env(PGWIRE_CODEGEN_UNSET)', envFile: join(folder, 'none') })).toThrow(
    /could not be found/,
  )
})
