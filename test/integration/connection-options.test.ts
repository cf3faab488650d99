/** What is written about a connection, seen from a real server. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ConfigError, connect, type Connection, type ConnectionOptions, QueryTimeoutError } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()
const { host, port, user, password, database } = server

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'options-'))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

function open(options: ConnectionOptions = {}): Promise<Connection> {
  return connect({ host, port, user, password, database, ...options })
}

test('options that are settings are in force from the first statement on', async () => {
  await using connection = await open({
    searchPath: ['My schema', 'public'],
    statementTimeoutMs: 90_000,
    lockTimeoutMs: 1500,
    idleInTransactionTimeoutMs: 60_000,
    serverSettings: { work_mem: '5MB' },
  })
  const names = ['search_path', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'work_mem']
  const values = await Promise.all(names.map((name) => connection.fetchValue('select current_setting($1)', [name])))
  expect(values).toEqual(['"My schema", "public"', '90s', '1500ms', '1min', '5MB'])
})

test('they are what RESET goes back to', async () => {
  await using connection = await open({ searchPath: 'pg_catalog' })
  await connection.query('set search_path = public')
  await connection.reset()
  expect(await connection.fetchValue('show search_path')).toBe('pg_catalog')
})

test('the server ends a statement after statementTimeoutMs', async () => {
  // The next one has no longer than that, either.
  await using connection = await open({ statementTimeoutMs: 1_500 })
  await expect(connection.query('select pg_sleep(60)')).rejects.toMatchObject({ code: '57014' })
  expect(await connection.fetchValue('select 1')).toBe(1)
})

test('keywords with values lead to the same server as a URI', async () => {
  const quoted = password.replaceAll(/[\\']/g, '\\$&')
  await using connection = await connect(
    `host=${host} port = ${port} user=${user} password='${quoted}' dbname=${database} application_name='two words'`,
  )
  expect(await connection.fetchValue('show application_name')).toBe('two words')
})

test('an object goes before its connection string', async () => {
  const connectionString = `postgres://nobody:wrong@${host}:${port}/nowhere?application_name=string&work_mem=3MB`
  await using connection = await connect({ connectionString, user, password, database, applicationName: 'object' })
  expect(await connection.fetchValue('show application_name')).toBe('object')
  expect(await connection.fetchValue('show work_mem')).toBe('3MB')
})

test('a service names the server', async () => {
  const servicefile = join(directory, 'services')
  writeFileSync(
    servicefile,
    `[here]\nhost=${host}\nport=${port}\nuser=${user}\npassword=${password}\ndbname=${database}\n`,
  )
  await using connection = await connect({ service: 'here', servicefile, applicationName: 'service' })
  expect(await connection.fetchValue('show application_name')).toBe('service')
})

describe('the password file', () => {
  function passfile(name: string, text: string): string {
    const file = join(directory, name)
    writeFileSync(file, text)
    chmodSync(file, 0o600)
    return file
  }
  const escaped = (text: string): string => text.replaceAll(/[\\:]/g, '\\$&')

  test('has the password of the server that asks', async () => {
    const file = passfile(
      'several',
      `${host}:1:*:*:wrong\n${host}:${port}:${database}:${user}:${escaped(password)}\n*:*:*:*:wrong\n`,
    )
    await using connection = await open({ password: undefined, passfile: file })
    expect(await connection.fetchValue('select 1')).toBe(1)
  })

  test('is not enough when no line fits', async () => {
    const file = passfile('none', `${host}:1:*:*:wrong\n`)
    await expect(open({ password: undefined, passfile: file })).rejects.toBeInstanceOf(ConfigError)
  })

  test('goes behind a password', async () => {
    await using connection = await open({ passfile: passfile('wrong', '*:*:*:*:wrong\n') })
    expect(await connection.fetchValue('select 1')).toBe(1)
  })
})

test('a statement is cancelled, and another connection opened, on the host that was connected to', async () => {
  const cancels: string[] = []
  const dead = createServer((socket) => {
    cancels.push('connection')
    socket.destroy()
  })
  await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', resolve))
  const address = dead.address()
  const deadPort = typeof address === 'object' && address !== null ? address.port : expect.unreachable()
  await using connection = await open({ host: ['127.0.0.1', host], port: [deadPort, port] })
  await expect(connection.query('select pg_sleep(60)', [], { timeoutMs: 50 })).rejects.toBeInstanceOf(QueryTimeoutError)
  expect(await connection.fetchValue('select 1')).toBe(1)
  // The one attempt to connect, and no cancel request behind it.
  expect(cancels).toHaveLength(1)
  const another = await connection.openAnother()
  expect(await another.fetchValue('select 1')).toBe(1)
  expect(cancels).toHaveLength(1)
  await another.close()
  await new Promise((resolve) => dead.close(resolve))
})

describe.skipIf(process.platform !== 'linux')('TCP asks whether the server is there', () => {
  /** Our end of the connection, as the kernel tells it: `02` is the timer of keepalive, in hundredths of a second. */
  function timer(clientPort: number): readonly [kind: string, ticks: number] {
    const hex = (number: number): string => number.toString(16).toUpperCase().padStart(4, '0')
    const sockets = readFileSync('/proc/net/tcp', 'utf8').split('\n')
    const fields = sockets
      .map((line) => line.trim().split(/\s+/))
      .find(([, local, remote]) => local?.endsWith(`:${hex(clientPort)}`) && remote?.endsWith(`:${hex(port)}`))
    const [kind = '', when = ''] = fields?.[5]?.split(':') ?? []
    return [kind, Number.parseInt(when, 16)]
  }

  async function clientPort(connection: Connection): Promise<number> {
    return Number(await connection.fetchValue('select inet_client_port()'))
  }

  test.each<[string, ConnectionOptions, number]>([
    ['after a minute', {}, 6000],
    ['after keepaliveIdleMs', { keepaliveIdleMs: 20_000 }, 2000],
    ['after keepalives_idle', { connectionString: 'postgres://h?keepalives_idle=30' }, 3000],
  ])('%s', async (_when, options, most) => {
    await using connection = await open(options)
    const own = await clientPort(connection)
    // What was sent last has another timer until it is acknowledged; both are told by one look at it.
    const keepaliveTicks = (): number => {
      const [kind, ticks] = timer(own)
      return kind === '02' ? ticks : Number.NaN
    }
    let ticks = Number.NaN
    await expect.poll(() => (ticks = keepaliveTicks())).toBeGreaterThan(most - 1000)
    expect(ticks).toBeLessThanOrEqual(most)
  })

  test.each<[string, ConnectionOptions]>([
    ['keepaliveIdleMs', { keepaliveIdleMs: 0 }],
    ['keepalives', { connectionString: 'postgres://h?keepalives=0' }],
  ])('but not with a %s of 0', async (_option, options) => {
    await using connection = await open(options)
    const own = await clientPort(connection)
    await expect.poll(() => timer(own)[0]).toBe('00')
  })
})
