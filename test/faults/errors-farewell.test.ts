/** What is known of a lost connection: how long it lasted, and what the server said before it hung up. */
import { connect, type ConnectionError, isSafeToRetry } from 'kysely-pgwire'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

let server: PrivateServer

beforeAll(async () => {
  server = await startPrivateServer()
})

afterAll(() => server.remove())

const failure = (promise: Promise<unknown>): Promise<ConnectionError> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as ConnectionError,
  )

/** Resolves once a session waits for its client. While it still writes its last answer, a server that stops tells it nothing. */
async function waiting(processId: number): Promise<void> {
  const asked = 'select wait_event as event from pg_stat_activity where pid = $1'
  await expect.poll(() => server.query(asked, [processId])).toEqual([{ event: 'ClientRead' }])
}

test('the server’s shutdown is the last that is known of it', async () => {
  const connection = await connect(server.url)
  await waiting(connection.processId)
  try {
    // A server that stops at once says so by a warning, and hangs up.
    await server.stop('immediate')
    await expect.poll(() => connection.closed).toBe(true)
  } finally {
    await server.start()
  }
  const error = await failure(connection.query('select 1'))
  expect(error).toMatchObject({
    code: 'PGWIRE_CONNECTION_LOST',
    phase: 'ready',
    host: '127.0.0.1',
    port: server.port,
    outcome: 'not-sent',
    safeToRetry: true,
    serverError: { severityCode: 'WARNING', code: '57P01' },
  })
  expect(error.message).toMatch(/was lost: ./)
})

test('the crash of another session is the last that is known of the server', async () => {
  const connection = await connect(server.url)
  const other = await connect(server.url)
  const running = failure(connection.query('select pg_sleep(60) /* beside a crash */'))
  const asked = "select count(*)::int as count from pg_stat_activity where state = 'active' and query like $1"
  await expect.poll(() => server.query(asked, ['%beside a crash%'])).toEqual([{ count: 1 }])
  server.signalBackend(other.processId, 'SIGKILL')
  const error = await running
  expect(error).toMatchObject({
    code: 'PGWIRE_CONNECTION_LOST',
    outcome: 'unknown',
    safeToRetry: false,
    serverError: { severityCode: 'WARNING', code: '57P02' },
  })
  await expect
    .poll(() =>
      connect(server.url).then(
        (again) => again.close().then(() => true),
        () => false,
      ),
    )
    .toBe(true)
})

test('an administrator’s word is cause and last message at once', async () => {
  const connection = await connect(server.url)
  await server.terminate(connection.processId)
  await expect.poll(() => connection.closed).toBe(true)
  const error = await failure(connection.query('select 1'))
  expect(error.serverError).toBe(error.cause)
  expect(error).toMatchObject({ serverError: { name: 'AdminShutdownError', severityCode: 'FATAL' }, safeToRetry: true })
  expect(error.message).toContain(error.serverError?.message)
})

test('without a word of the server there is none, and the time that the connection lasted is that until its end', async () => {
  await using proxy = await faultProxy(server)
  const before = performance.now()
  const connection = await connect(proxy.through(server.url))
  const since = performance.now()
  await server.query('select pg_sleep(0.1)')
  const least = performance.now() - since
  proxy.reset()
  await expect.poll(() => connection.closed).toBe(true)
  const most = performance.now() - before
  const error = await failure(connection.query('select 1'))
  expect(error.serverError).toBeUndefined()
  expect(error.connectedMs).toBeGreaterThanOrEqual(Math.floor(least) - 1)
  expect(error.connectedMs).toBeLessThanOrEqual(Math.ceil(most) + 1)
  expect((await failure(connection.query('select 1'))).connectedMs).toBe(error.connectedMs)
})

test('a connection that was never made did not last, and nothing was sent', async () => {
  const error = await failure(connect({ host: '127.0.0.1', port: 1, user: 'u', connectTimeoutMs: 10_000 }))
  expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', phase: 'connecting', outcome: 'not-sent' })
  expect(error).toMatchObject({ connectedMs: undefined, serverError: undefined, safeToRetry: true })
  expect(isSafeToRetry(error)).toBe(true)
})
