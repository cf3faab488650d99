import { inspect } from 'node:util'

import { connect, type ConnectionOptions } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { holdPort } from '../support/postgres/held-port.ts'
import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

const PASSWORD = 'correct horse battery stäple'

let server: PrivateServer

beforeAll(async () => {
  server = await startPrivateServer({
    settings: { password_encryption: 'scram-sha-256' },
    hba: [
      'local all all trust',
      'host all by_trust 127.0.0.1/32 trust',
      'host all by_password 127.0.0.1/32 password',
      'host all by_md5 127.0.0.1/32 md5',
      'host all by_scram 127.0.0.1/32 scram-sha-256',
      'host all by_reject 127.0.0.1/32 reject',
      'host all postgres 127.0.0.1/32 scram-sha-256',
    ],
  })
  for (const user of ['by_trust', 'by_password', 'by_scram', 'by_reject']) {
    await server.query(`create role ${user} login password '${PASSWORD}'`)
  }
  await server.query(`set password_encryption = 'md5'; create role by_md5 login password '${PASSWORD}'`)
})

afterAll(() => server.remove())

const options = (more: ConnectionOptions): ConnectionOptions => ({
  host: server.host,
  port: server.port,
  database: 'postgres',
  ...more,
})

const refusal = (more: ConnectionOptions) =>
  connect(options(more)).then(
    () => expect.unreachable('it connected'),
    (error: unknown) => error as Error,
  )

describe.each(['by_trust', 'by_password', 'by_md5', 'by_scram'])('the role %s', (user) => {
  test('logs in with its password', async () => {
    await using connection = await connect(options({ user, password: PASSWORD }))
    const { rows } = await connection.query('select current_user::text as name, pg_backend_pid() as pid')
    expect(rows).toEqual([{ name: user, pid: connection.processId }])
  })

  test.runIf(user !== 'by_trust')('is refused with a wrong password, which the error does not tell', async () => {
    const error = await refusal({ user, password: 'wrong horse' })
    expect(error).toMatchObject({
      name: 'InvalidPasswordError',
      code: '28P01',
      severityCode: 'FATAL',
      outcome: 'not-sent',
    })
    expect(error.message).toContain(`${server.host}:${server.port}`)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('horse')
  })

  test.runIf(user !== 'by_trust')('is told that a password is missing', async () => {
    expect(await refusal({ user })).toMatchObject({ name: 'ConfigError', code: 'PGWIRE_CONFIG' })
  })

  test.runIf(user !== 'by_trust')('gets its password from a function, for each login', async () => {
    let calls = 0
    const password = () => {
      calls++
      return Promise.resolve(PASSWORD)
    }
    for (const login of [1, 2]) {
      const connection = await connect(options({ user, password }))
      await connection.close()
      expect(calls).toBe(login)
    }
  })
})

describe('is refused with a typed error that says where:', () => {
  test.each<[string, string, () => ConnectionOptions]>([
    ['an unknown database', '3D000', () => ({ user: 'by_trust', database: 'nowhere' })],
    ['an unknown role', '28000', () => ({ user: 'nobody' })],
    ['an unknown role with a password', '28P01', () => ({ user: 'by_scram', password: 'x' })],
    ['a role that pg_hba.conf rejects', '28000', () => ({ user: 'by_reject' })],
    ['a setting that does not exist', '42704', () => ({ user: 'by_trust', serverSettings: { no_such_setting: '1' } })],
    ['a value that a setting cannot have', '22023', () => ({ user: 'by_trust', serverSettings: { work_mem: 'x' } })],
  ])('%s (%s)', async (_what, code, more) => {
    const error = await refusal(more())
    expect(error).toMatchObject({ severityCode: 'FATAL', code, outcome: 'not-sent' })
    expect(error.message).toContain(`${server.host}:${server.port}`)
  })

  test('a port where nobody listens', async () => {
    await using held = await holdPort()
    const { port } = held
    expect(await refusal({ port })).toMatchObject({
      name: 'ConnectionError',
      code: 'PGWIRE_CONNECT_FAILED',
      host: '127.0.0.1',
      port,
      phase: 'connecting',
      outcome: 'not-sent',
      cause: { code: 'ECONNREFUSED' },
    })
  })

  test('a host that does not exist', async () => {
    // No name can be so long: the system says so without asking anybody, who might take his time.
    const host = `${'x'.repeat(64)}.invalid`
    expect(await refusal({ host })).toMatchObject({
      code: 'PGWIRE_CONNECT_FAILED',
      host,
      phase: 'connecting',
    })
  })

  test('a unix socket that is not there', async () => {
    const host = `${server.socketDirectory}/nothing`
    expect(await refusal({ host, port: server.port })).toMatchObject({
      code: 'PGWIRE_CONNECT_FAILED',
      host,
      port: server.port,
      cause: { code: 'ENOENT' },
    })
  })

  test('too many connections', async () => {
    // A role of its own, of which no other connection can still be on its way out.
    await server.query('create role alone login connection limit 1')
    const alone = { host: server.socketDirectory, user: 'alone' }
    await using connection = await connect(options(alone))
    expect(await refusal(alone)).toMatchObject({ name: 'TooManyConnectionsError', code: '53300' })
    expect(connection.idle).toBe(true)
  })
})

test('the unix socket works as TCP does', async () => {
  await using connection = await connect(options({ host: server.socketDirectory, user: 'by_scram' }))
  const { rows } = await connection.query('select inet_client_addr()::text as address')
  expect(rows).toEqual([{ address: null }])
})

test('settings, application name and database are those that were asked for', async () => {
  const more = {
    user: 'by_trust',
    applicationName: 'a "name"',
    serverSettings: { work_mem: '123kB', timezone: 'Asia/Kathmandu' },
  }
  await using connection = await connect(options(more))
  const sql = `select current_setting('work_mem') as memory, current_setting('application_name') as name`
  expect((await connection.query(sql)).rows).toEqual([{ memory: '123kB', name: 'a "name"' }])
  expect(connection.serverSetting('TimeZone')).toBe('Asia/Kathmandu')
  await connection.query(`set timezone to 'UTC'`)
  expect(connection.serverSetting('TimeZone')).toBe('UTC')
})

test('a NUL in what is sent at start-up is refused before anything is opened', async () => {
  for (const more of [
    { user: 'by_trust\0x' },
    { user: 'by_trust', database: 'a\0b' },
    { user: 'by_trust', applicationName: 'a\0b' },
    { user: 'by_trust', serverSettings: { work_mem: '1\0' } },
  ]) {
    await expect(connect(options(more))).rejects.toMatchObject({ code: expect.stringMatching(/PGWIRE_(CONFIG|USAGE)/) })
  }
})
