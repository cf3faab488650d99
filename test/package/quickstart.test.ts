import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()
const main = join(import.meta.dirname, '../../examples/quickstart/main.ts')

interface Ending {
  readonly exitCode: number | null
  readonly output: string
}

interface Settings {
  readonly url?: string
  readonly cities?: number | string
  /** Interrupts it as soon as it prints this. */
  readonly interruptAt?: string
}

function quickstart({ url, cities, interruptAt }: Settings): Promise<Ending> {
  const { PG_TEST_URL: _, ...inherited } = process.env
  const env = { ...inherited, NO_COLOR: '1', DATABASE_URL: url ?? '', QUICKSTART_CITIES: String(cities ?? '') }
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let interrupted = false
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
      if (interruptAt === undefined || interrupted || !output.includes(interruptAt)) return
      interrupted = true
      child.kill('SIGINT')
    })
  }
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, output })))
}

async function schemasIn(database: string): Promise<unknown[]> {
  const rows = await server.query(
    `select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('public', 'information_schema')`,
    [],
    database,
  )
  return rows.map((row) => row['nspname'])
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}

test('on a given server it shows everything and leaves neither a schema nor a connection', async () => {
  await using database = await server.createDatabase()
  const { exitCode, output } = await quickstart({ url: database.url, cities: 3_000 })
  expect(output).toMatch(/0001-geography +Success/)
  expect(output).toMatch(/Shanghai +China +Asia +seat +22315474/)
  expect(output).toMatch(/Asia +1 +Shanghai +22315474/)
  expect(output).toContain('Before and after are the same.')
  for (const step of ['Load', 'Stream the whole table: pass 3']) {
    expect(output).toMatch(new RegExp(`^ *${step}.* 3,000 +[\\d,.]+ ms +[\\d,]+$`, 'm'))
  }
  expect(output).toMatch(/^ *1,000 concurrent lookups, second time +1,000 +[\d,.]+ ms +[\d,]+$/m)
  expect(exitCode).toBe(0)
  await expect(schemasIn(database.name)).resolves.toEqual([])
  // A backend ends a little later than its client.
  await expect.poll(() => server.backends(database.name)).toEqual([])
})

test('without a given server it brings its own and takes it along', async () => {
  const { exitCode, output } = await quickstart({ cities: 1_000 })
  expect(output).toContain('-- Timings')
  expect(exitCode).toBe(0)
  const port = Number(/embedded PostgreSQL \d+ on 127\.0\.0\.1:(\d+)/.exec(output)?.[1])
  await expect(accepts(port)).resolves.toBe(false)
})

test('interrupted while it loads, it drops its schema and ends as a shell expects', async () => {
  await using database = await server.createDatabase()
  const { exitCode, output } = await quickstart({ url: database.url, interruptAt: '-- Load' })
  expect(output).toContain('Interrupted by SIGINT; everything is cleaned up.')
  expect(output).not.toContain('-- Timings')
  expect(exitCode).toBe(130)
  await expect(schemasIn(database.name)).resolves.toEqual([])
  await expect.poll(() => server.backends(database.name)).toEqual([])
})

test.each([
  [
    'a server that cannot be reached',
    { url: server.urlOf({ database: 'nowhere' }) },
    'database "nowhere" does not exist',
  ],
  ['a number of cities that is none', { cities: 'many' }, 'QUICKSTART_CITIES must be a whole number from 1'],
])('fails with a message and without a password: %s', async (_, settings, message) => {
  const { exitCode, output } = await quickstart(settings)
  expect(output).toContain('The quickstart failed:')
  expect(output).toContain(message)
  expect(output).not.toContain(server.password)
  expect(exitCode).toBe(1)
})

test('its types are those of its migrations', async () => {
  const folder = join(import.meta.dirname, '../../examples/quickstart')
  const bin = join(import.meta.dirname, '../../packages/codegen-preset/src/bin.ts')
  const child = spawn(process.execPath, [bin, 'verify'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const exitCode = await new Promise((resolve) => child.on('close', resolve))
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 })
}, 60_000)
