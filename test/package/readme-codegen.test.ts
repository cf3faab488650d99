import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { flagsTable } from '../../packages/codegen-preset/src/cli/flags.ts'
import { commandsTable, exitCodesTable } from '../../packages/codegen-preset/src/cli/help.ts'
import { sharedServer } from '../support/shared-server.ts'

const readme = await readFile(join(import.meta.dirname, '../../packages/codegen-preset/README.md'), 'utf8')
const blocks = Array.from(readme.matchAll(/^```ts\n(.*?)^```$/gms), (match) => match[1] ?? '')

// Beside the tests, so that the packages resolve as they do for a user.
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '../.readme-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

test.each([
  ['commands', commandsTable()],
  ['exit codes', exitCodesTable()],
  ['flags', flagsTable()],
])('its table of %s is what the program says', (_, table) => {
  expect(readme).toContain(`\n${table}\n`)
})

test.each(blocks.map((code, index) => ({ code, number: index + 1 })))(
  'block $number runs',
  async ({ code, number }) => {
    await using database = await sharedServer().createDatabase()
    const file = join(folder, `block-${number}.ts`)
    await writeFile(file, code)
    const env = { ...process.env, DATABASE_URL: database.url }
    const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
    const exitCode = await new Promise((resolve) => child.on('close', resolve))
    expect(exitCode, output).toBe(0)
  },
)
