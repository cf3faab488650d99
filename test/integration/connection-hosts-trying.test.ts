/** In which order hosts are tried, what leads from one to the next, and what is left behind. */
import { inspect } from 'node:util'

import {
  ConfigError,
  connect,
  type ConnectionError,
  type ConnectionOptions,
  createPool,
  PostgresError,
} from 'kysely-pgwire'
import { describe, expect, onTestFinished, test } from 'vitest'

import {
  authenticationMd5Password,
  authenticationOk,
  backendKeyData,
  commandComplete,
  dataRow,
  errorResponse,
  readyForQuery,
  rowDescription,
} from '../support/backend-messages.ts'
import { byPatientClock } from '../support/patient-clock.ts'
import { makeCertificates } from '../support/postgres/certificates.ts'
import { holdPort } from '../support/postgres/held-port.ts'
import { type Script, type ScriptedServer, scriptedServer } from '../support/scripted-server.ts'

/** No name of a host can be so long: the system says so without asking anybody. */
const NOWHERE = `${'x'.repeat(64)}.invalid`

const welcoming: Script = async (peer) => {
  await peer.login()
}

const refusing =
  (code: string): Script =>
  async (peer) => {
    await peer.startup()
    peer.send(errorResponse({ S: 'FATAL', V: 'FATAL', C: code, M: `refused with ${code}` }))
  }

function through(servers: readonly ScriptedServer[], options: ConnectionOptions = {}): ConnectionOptions {
  const host = servers.map((server) => `${server.host}:${server.port}`)
  return { host, user: 'app', database: 'shop', password: 'horse', connectTimeoutMs: 10_000, ...options }
}

/** What the promise rejects with. */
function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error,
  )
}

/** A port of this machine where nobody listens. */
async function deadPort(): Promise<number> {
  const held = await holdPort()
  onTestFinished(() => held.release())
  return held.port
}

describe('the next host is tried', () => {
  test.each<[string, Script]>([
    ['hangs up at once', (peer) => peer.close()],
    ['resets the connection', (peer) => peer.reset()],
    ['hangs up in the login', async (peer) => void (await peer.startup(), peer.close())],
    ['starts up', refusing('57P03')],
    ['shuts down', refusing('57P01')],
    ['has crashed', refusing('57P02')],
    ['is full', refusing('53300')],
  ])('when one %s', async (_what, script) => {
    await using first = await scriptedServer(script)
    await using second = await scriptedServer(welcoming)
    const connection = await connect(through([first, second]))
    expect(first.peers).toHaveLength(1)
    await first.peers[0]!.closed
    expect(second.peers).toHaveLength(1)
    connection.terminate()
  })

  test('when one refuses the connection, has no such name, or no such socket', async () => {
    await using last = await scriptedServer(welcoming)
    const host = [`127.0.0.1:${await deadPort()}`, NOWHERE, '/nowhere/at/all', `${last.host}:${last.port}`]
    const connection = await connect({ ...through([]), host })
    expect(last.peers).toHaveLength(1)
    connection.terminate()
  })

  test.each<[string, Script]>([
    ['after the connection', () => {}],
    ['in the login', async (peer) => void (await peer.startup())],
  ])('when one says nothing %s, for its share of the time; it is left', async (_when, script) => {
    await using first = await scriptedServer(script)
    await using second = await scriptedServer(welcoming)
    const options = through([first, second], { connectTimeoutMs: 600 })
    const connection = await byPatientClock(() => connect(options))
    await first.peers[0]!.closed
    connection.terminate()
  })

  test('when one does not speak TLS that has to be verified, and nothing is sent in the clear', async () => {
    const certificates = await makeCertificates()
    await using plain = await scriptedServer(async (peer) => {
      await peer.opening()
      peer.send('N')
      await peer.opening()
      throw new Error('The client went on')
    })
    await using secure = await scriptedServer(async (peer) => {
      await peer.opening()
      peer.send('S')
      await peer.startTls(certificates.server)
      await peer.login()
    })
    const connection = await connect(through([plain, secure], { tls: { ca: certificates.authority } }))
    expect(plain.peers[0]!.received.map(({ type }) => type)).toEqual(['sslRequest'])
    connection.terminate()
  })
})

describe('no other host is tried', () => {
  test.each(['28P01', '28000', '3D000', '42501'])('after the refusal %s, which is the answer', async (code) => {
    await using first = await scriptedServer(refusing(code))
    await using second = await scriptedServer(welcoming)
    const error = await rejection(connect(through([first, second])))
    expect(error).toBeInstanceOf(PostgresError)
    expect(error).toMatchObject({ code, outcome: 'not-sent' })
    expect(second.peers).toHaveLength(0)
  })

  test('when a password is missing', async () => {
    const asking: Script = async (peer) => {
      await peer.startup()
      peer.send(authenticationMd5Password(Buffer.alloc(4)))
    }
    await using first = await scriptedServer(asking)
    await using second = await scriptedServer(welcoming)
    const login = through([first, second], { password: undefined, passfile: '/nowhere/at/all' })
    expect(await rejection(connect(login))).toBeInstanceOf(ConfigError)
    expect(second.peers).toHaveLength(0)
  })

  test('when the pool is closed meanwhile', async () => {
    await using first = await scriptedServer(() => {})
    await using second = await scriptedServer(welcoming)
    const pool = createPool({ connection: through([first, second]) })
    const refused = rejection(pool.query('select 1'))
    await first.peer(0)
    await pool.close({ timeoutMs: 1 })
    expect(await refused).toMatchObject({ code: 'PGWIRE_POOL_CLOSED' })
    await first.peers[0]!.closed
    expect(second.peers).toHaveLength(0)
  })
})

describe('when all fail', () => {
  test('the error tells each reason, and holds each error', async () => {
    const dead = await deadPort()
    await using full = await scriptedServer(refusing('53300'))
    const host = [`127.0.0.1:${dead}`, `${full.host}:${full.port}`, NOWHERE]
    const error = (await rejection(connect({ ...through([]), host }))) as ConnectionError
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'PGWIRE_CONNECT_FAILED', outcome: 'not-sent' })
    const { errors } = error.cause as AggregateError
    expect(errors).toMatchObject([
      { code: 'PGWIRE_CONNECT_FAILED', port: dead, cause: { code: 'ECONNREFUSED' } },
      { code: '53300' },
      { code: 'PGWIRE_CONNECT_FAILED', host: NOWHERE, cause: { code: 'ENOTFOUND' } },
    ])
    for (const { message } of errors as Error[]) expect(error.message).toContain(message)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('horse')
  })

  test('in one way, the code is that of each', async () => {
    const host = [`127.0.0.1:${await deadPort()}`, `127.0.0.1:${await deadPort()}`]
    const error = await rejection(connect({ ...through([]), host }))
    expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', cause: { code: 'ECONNREFUSED' } })
  })

  test('by silence, the whole is a timeout, and nobody was left out', async () => {
    await using first = await scriptedServer(() => {})
    await using second = await scriptedServer(() => {})
    await using third = await scriptedServer(() => {})
    const servers = [first, second, third]
    const options = through(servers, { connectTimeoutMs: 450 })
    const error = await byPatientClock(() => rejection(connect(options)))
    expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_TIMEOUT' })
    expect((error as Error).message).toContain('150 ms')
    for (const { peers } of servers) await peers[0]!.closed
  })

  test('by being full, the server has the word', async () => {
    await using first = await scriptedServer(refusing('53300'))
    await using second = await scriptedServer(refusing('53300'))
    expect(await rejection(connect(through([first, second])))).toMatchObject({
      name: expect.any(String),
      code: '53300',
    })
  })
})

describe('what the server reports of itself tells whether it fits', () => {
  const primary = { in_hot_standby: 'off', default_transaction_read_only: 'off' }
  const standby = { in_hot_standby: 'on', default_transaction_read_only: 'off' }
  const readOnly = { in_hot_standby: 'off', default_transaction_read_only: 'on' }

  test.each<[NonNullable<ConnectionOptions['targetSessionAttrs']>, number]>([
    ['any', 0],
    ['read-write', 0],
    ['primary', 0],
    ['standby', 1],
    ['read-only', 1],
    ['prefer-standby', 1],
  ])('%s', async (targetSessionAttrs, index) => {
    const servers = await Promise.all(
      [primary, standby, readOnly].map((parameters) =>
        scriptedServer(async (peer) => {
          await peer.login({ parameters, processId: [primary, standby, readOnly].indexOf(parameters) + 1 })
        }),
      ),
    )
    const connection = await connect(through(servers, { targetSessionAttrs }))
    expect(connection.processId).toBe(index + 1)
    // Whoever was not chosen has been told.
    for (const server of servers.slice(0, index)) {
      await server.peers[0]!.message('terminate')
      await server.peers[0]!.closed
    }
    connection.terminate()
    for (const server of servers) await server.close()
  })

  /** As a pooler, or a server before version 14. */
  const answering =
    (answers: Readonly<Record<string, string>>): Script =>
    async (peer) => {
      await peer.login()
      for (;;) {
        const asked = await peer.message()
        if (asked.type !== 'query') return
        const row = dataRow(answers[asked.sql] ?? null)
        peer.send(rowDescription({ name: 'x', typeOid: 25 }), row, commandComplete('SHOW'), readyForQuery())
      }
    }

  const oldPrimary = { 'show transaction_read_only': 'off', 'select pg_catalog.pg_is_in_recovery()': 'f' }
  const oldStandby = { 'show transaction_read_only': 'on', 'select pg_catalog.pg_is_in_recovery()': 't' }

  test.each<[NonNullable<ConnectionOptions['targetSessionAttrs']>, number]>([
    ['read-write', 1],
    ['primary', 1],
    ['standby', 0],
    ['read-only', 0],
    ['prefer-standby', 0],
  ])('and it is asked where it reports nothing: %s', async (targetSessionAttrs, index) => {
    await using first = await scriptedServer(answering(oldStandby))
    await using second = await scriptedServer(answering(oldPrimary))
    const connection = await connect(through([first, second], { targetSessionAttrs }))
    expect(second.peers).toHaveLength(index)
    connection.terminate()
  })

  test('a server that does not answer the question has its share of the time', async () => {
    await using mute = await scriptedServer(welcoming)
    await using good = await scriptedServer(answering(oldPrimary))
    const options = { targetSessionAttrs: 'primary', connectTimeoutMs: 600 } as const
    const connection = await byPatientClock(() => connect(through([mute, good], options)))
    await mute.peers[0]!.closed
    connection.terminate()
  })

  test('a spare that has died meanwhile is not handed out', async () => {
    await using spare = await scriptedServer(async (peer) => {
      await peer.login({ parameters: primary })
      peer.close()
    })
    await using late = await scriptedServer(async (peer) => {
      await peer.startup()
      await (
        await spare.peer(0)
      ).closed
      peer.close()
    })
    const error = await rejection(connect(through([spare, late], { targetSessionAttrs: 'prefer-standby' })))
    expect(error).toMatchObject({ name: 'ConnectionError' })
  })
})

test('a password function is called for each login', async () => {
  const asking =
    (then: Parameters<typeof errorResponse>[0] | undefined): Script =>
    async (peer) => {
      await peer.startup()
      peer.send(authenticationMd5Password(Buffer.alloc(4)))
      await peer.message('password')
      if (then === undefined) peer.send(authenticationOk(), backendKeyData(1, 2), readyForQuery())
      else peer.send(errorResponse(then))
    }
  await using full = await scriptedServer(asking({ S: 'FATAL', V: 'FATAL', C: '53300', M: 'full' }))
  await using good = await scriptedServer(asking(undefined))
  let calls = 0
  const password = (): string => `token ${calls++}`
  const connection = await connect(through([full, good], { password }))
  expect(calls).toBe(2)
  connection.terminate()
})

describe('addresses', () => {
  test('a name is looked up for each connect, and stays the name in errors', async () => {
    await using server = await scriptedServer(refusing('3D000'))
    const error = (await rejection(connect(through([server], { host: 'localhost', port: server.port })))) as Error
    expect(error.message).toContain(`localhost:${server.port}`)
  })

  test('hostaddr is connected to, and the host not looked up', async () => {
    await using server = await scriptedServer(welcoming)
    const place = { host: NOWHERE, hostaddr: '127.0.0.1', port: server.port }
    const connection = await connect(through([server], place))
    connection.terminate()
    const dead = await deadPort()
    const error = await rejection(connect(through([], { ...place, port: dead })))
    expect(error).toMatchObject({ host: NOWHERE, port: dead, cause: { code: 'ECONNREFUSED' } })
  })

  test('hostaddr alone is enough', async () => {
    await using server = await scriptedServer(welcoming)
    const connection = await connect({ hostaddr: server.host, port: server.port, user: 'app' })
    connection.terminate()
  })
})

test('load_balance_hosts=random begins with each host sooner or later', async () => {
  await using first = await scriptedServer(welcoming)
  await using second = await scriptedServer(welcoming)
  const options = through([first, second], { loadBalanceHosts: 'random' })
  while (first.peers.length === 0 || second.peers.length === 0) {
    const connection = await connect(options)
    connection.terminate()
  }
})
