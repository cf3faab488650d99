import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

const root = join(import.meta.dirname, '../..')
const readme = await readFile(join(root, 'README.md'), 'utf8')
const blocks = blocksOf(readme)

// Beside the tests, so that the packages resolve as they do for a user.
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'test/.readme-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

function blocksOf(text: string): string[] {
  return Array.from(text.matchAll(/^```ts\n(.*?)^```$/gms), (match) => match[1] ?? '')
}

interface Run {
  readonly code: number | null
  readonly output: string
}

function run(file: string, url: string): Promise<Run> {
  const child = spawn(process.execPath, ['--unhandled-rejections=strict', file], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

describe('the README', () => {
  test('has code to run', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(3)
  })

  test('of the package begins with the same example', async () => {
    const published = await readFile(join(root, 'packages/dialect/README.md'), 'utf8')
    expect(blocksOf(published)).toEqual(blocks.slice(0, 1))
  })

  test.each(blocks.map((code, index) => ({ code, number: index + 1 })))(
    'block $number runs',
    async ({ code, number }) => {
      await using database = await sharedServer().createDatabase()
      const file = join(folder, `block-${number}.ts`)
      await writeFile(file, code)
      const { code: exitCode, output } = await run(file, database.url)
      expect(exitCode, output).toBe(0)
    },
  )
})
