import { inspect } from 'node:util'

/** Everything that can go wrong between the first packet and the first ReadyForQuery, played by a server that obeys nobody. */
import { connect, type ConnectionError, type ConnectionOptions, ConfigError } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import {
  authentication,
  authenticationCleartextPassword,
  authenticationMd5Password,
  authenticationOk,
  authenticationSasl,
  authenticationSaslContinue,
  authenticationSaslFinal,
  backendKeyData,
  errorResponse,
  joined,
  message,
  negotiateProtocolVersion,
  noticeResponse,
  parameterStatus,
  readyForQuery,
} from '../support/backend-messages.ts'
import { makeCertificates } from '../support/postgres/certificates.ts'
import { type Script, type ScriptedPeer, scriptedServer } from '../support/scripted-server.ts'

const PASSWORD = 'correct horse battery'

/** Plays a script to a client and gives the error with which it gives up; the connection must then be over. */
async function refusal(script: Script, options: ConnectionOptions = {}): Promise<ConnectionError> {
  await using server = await scriptedServer(script)
  const { host, port } = server
  const login = { user: 'app', database: 'shop', password: PASSWORD, connectTimeoutMs: 5_000 }
  const error = await connect({ host, port, ...login, ...options }).then(
    () => expect.unreachable('it connected'),
    (caught: unknown) => caught,
  )
  for (const peer of server.peers) await peer.closed
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('horse')
  const located = error as ConnectionError
  if (located.name === 'ConnectionError') expect(located).toMatchObject({ host, port, outcome: 'not-sent' })
  else if (!(error instanceof ConfigError)) expect(located.message).toContain(`${host}:${port}`)
  return located
}

const silent = () => {}

// At once: each takes that long.
describe.concurrent('a server that says nothing more', () => {
  const connectTimeoutMs = 2_000

  test.each<[string, string, Script, ConnectionOptions]>([
    ['from the beginning', 'authenticating', silent, { tls: false }],
    ['behind the request for TLS', 'tls', silent, { tls: true }],
    ['behind the question whether it speaks TLS', 'tls', silent, {}],
    ['in the TLS handshake', 'tls', async (peer) => void (await peer.opening(), peer.send('S')), { tls: true }],
    ['behind its request for a password', 'authenticating', asking(authenticationCleartextPassword()), {}],
    ['behind its offer of SCRAM', 'authenticating', asking(authenticationSasl('SCRAM-SHA-256')), {}],
    ['behind AuthenticationOk', 'authenticating', asking(authenticationOk()), {}],
    ['in the middle of a message', 'authenticating', asking(authenticationOk().subarray(0, 3)), {}],
    ['but notices', 'authenticating', asking(noticeResponse(), noticeResponse()), {}],
  ])('%s is given up when the time is over', async (_when, phase, script, options) => {
    const error = await refusal(script, { ...options, connectTimeoutMs })
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'PGWIRE_CONNECT_TIMEOUT', phase })
    expect(error.message).toContain('2000 ms')
  })

  test('a password function that never answers is given up too', async () => {
    const password = () => new Promise<string>(() => {})
    const error = await refusal(asking(authenticationCleartextPassword()), { password, connectTimeoutMs })
    expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_TIMEOUT', phase: 'authenticating' })
  })
})

describe('a server that hangs up', () => {
  const closing = (...parts: readonly Buffer[]): Script => {
    return async (peer) => {
      await peer.startup()
      if (parts.length > 0) peer.send(...parts)
      peer.close()
    }
  }
  const resetting: Script = async (peer) => {
    await peer.startup()
    peer.reset()
  }

  test.each<[string, Script]>([
    ['at once', (peer) => peer.close()],
    ['at once, with a reset', (peer) => peer.reset()],
    ['behind the startup message', closing()],
    ['behind the startup message, with a reset', resetting],
    ['behind its request for a password', closing(authenticationCleartextPassword())],
    ['behind AuthenticationOk', closing(authenticationOk())],
    ['behind the cancel key', closing(authenticationOk(), backendKeyData(1, 2))],
    ['in the middle of ReadyForQuery', closing(authenticationOk(), readyForQuery().subarray(0, 4))],
  ])('%s is named with its place and phase', async (_when, script) => {
    const error = await refusal(script)
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'PGWIRE_CONNECT_FAILED' })
    // A reset can be faster than the news that the connection is there.
    expect(['connecting', 'tls', 'authenticating']).toContain(error.phase)
  })

  test.each<[string, Script]>([
    ['instead of answering', async (peer) => void (await peer.opening(), peer.close())],
    ['behind its yes', async (peer) => void (await peer.opening(), peer.send('S'), peer.close())],
    ['behind its yes, with a reset', async (peer) => void (await peer.opening(), peer.send('S'), peer.reset())],
  ])('when it is asked for TLS, %s, is named with the phase', async (_when, script) => {
    expect(await refusal(script, { tls: true })).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', phase: 'tls' })
  })
})

describe('an answer to the request for TLS', () => {
  const answering = (...answer: readonly (Buffer | string)[]): Script => {
    return async (peer) => {
      await peer.opening()
      peer.send(...answer)
      // Whoever believed it would now send a password.
      await peer.opening()
      throw new Error('The client went on')
    }
  }

  test.each([
    ['no', 'N'],
    ['an error', errorResponse({ M: 'text from before TLS' })],
    ['an error of ancient times', 'Etext from before TLS\0'],
    ['garbage', 'HTTP/1.1 400 Bad Request\r\n'],
    ['another letter', 'G'],
    ['a NUL', '\0'],
    [
      'yes, and plaintext in the same segment',
      joined(['S', authenticationOk(), backendKeyData(1, 2), readyForQuery()]),
    ],
    ['yes, twice', 'SS'],
  ])('that is %s ends the attempt, and nothing of it is believed', async (_what, answer) => {
    const error = await refusal(answering(answer), { tls: true })
    expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', phase: 'tls' })
    expect(error.message).not.toContain('text from before TLS')
  })

  test('that is yes, with plaintext instead of a handshake behind it, ends the attempt', async () => {
    const plaintext: Script = async (peer) => {
      await peer.opening()
      await peer.sendInPieces(1, 'S', authenticationOk(), backendKeyData(1, 2), readyForQuery())
      await peer.closed
    }
    expect(await refusal(plaintext, { tls: true })).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', phase: 'tls' })
  })
})

describe('inside TLS', () => {
  test('the login is the same as without', async () => {
    const certificates = await makeCertificates()
    const script: Script = async (peer) => {
      await peer.opening()
      peer.send('S')
      await peer.startTls(certificates.server)
      await peer.login({ processId: 17 })
    }
    await using server = await scriptedServer(script)
    const { host, port } = server
    const connection = await connect({ host, port, user: 'app', tls: { ca: certificates.authority } })
    expect(connection.processId).toBe(17)
    connection.terminate()
  })

  test.each([
    ['wrongHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ] as const)('the certificate %s is refused, and the cause says why', async (name, code) => {
    const certificates = await makeCertificates()
    const script: Script = async (peer) => {
      await peer.opening()
      peer.send('S')
      await peer.startTls(certificates[name])
      await peer.login()
    }
    const error = await refusal(script, { tls: { ca: certificates.authority } })
    expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', phase: 'tls', cause: { code } })
  })
})

describe('a login that breaks the rules is a ProtocolError that says where:', () => {
  const ok = authenticationOk()
  const key = backendKeyData(1, 2)

  test.each<[string, Script]>([
    ['ReadyForQuery before AuthenticationOk', asking(readyForQuery())],
    ['a cancel key before AuthenticationOk', asking(key)],
    ['AuthenticationOk twice', asking(ok, ok)],
    ['a request for a password behind AuthenticationOk', asking(ok, authenticationCleartextPassword())],
    ['a second request before the first is answered', asking(authenticationCleartextPassword(), ok)],
    ['a method that nobody knows', asking(authentication(99))],
    ['Kerberos', asking(authentication(2))],
    ['GSSAPI', asking(authentication(7))],
    ['SSPI', asking(authentication(9))],
    ['a request without a code', asking(message('R', '\0\0'))],
    ['a salt of three bytes', asking(authenticationMd5Password(Buffer.alloc(3)))],
    ['SASL without a mechanism', asking(authenticationSasl())],
    ['SASL with mechanisms that nobody knows', asking(authenticationSasl('OAUTHBEARER'))],
    ['SASLContinue first', asking(authenticationSaslContinue('r=x,s=AAAA,i=4096'))],
    ['SASLFinal first', asking(authenticationSaslFinal('v=AAAA'))],
    ['a protocol version nobody asked for', asking(negotiateProtocolVersion(0, 'option'))],
    ['a cancel key of 3 bytes', asking(ok, backendKeyData(1, Buffer.alloc(3)))],
    ['a cancel key of 257 bytes', asking(ok, backendKeyData(1, Buffer.alloc(257)))],
    ['an error of 5 bytes', asking(message('E'))],
    ['a client_encoding that is not UTF8', asking(ok, parameterStatus('client_encoding', 'LATIN1'))],
    ['a message of 2 GiB', asking(Buffer.from([0x52, 0x80, 0, 0, 0]))],
    ['an error of 17 MiB', asking(Buffer.from([0x45, 0x01, 0x10, 0, 0]))],
    ['HTTP', asking(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))],
  ])('%s', async (_what, script) => {
    expect(await refusal(script)).toMatchObject({ name: 'ProtocolError', code: 'PGWIRE_PROTOCOL_VIOLATION' })
  })
})

test.each([
  ['with a key of 4 bytes', 42],
  ['with a key of 256 bytes', Buffer.alloc(256, 7)],
])('a login %s succeeds', async (_what, secretKey) => {
  await using server = await scriptedServer(async (peer) => void (await peer.login({ secretKey, processId: 99 })))
  const connection = await connect(server.url)
  expect(connection.processId).toBe(99)
  expect(inspect(connection, { depth: 9, showHidden: true })).not.toContain('secretKey')
  connection.terminate()
})

test('a login without settings, key or version succeeds', async () => {
  await using server = await scriptedServer(asking(authenticationOk(), readyForQuery()))
  const connection = await connect(server.url)
  expect(connection.processId).toBe(0)
  expect(connection.serverSetting('server_version')).toBeUndefined()
  connection.terminate()
})

test('a login in pieces of one byte succeeds', async () => {
  await using server = await scriptedServer(async (peer) => {
    await peer.startup()
    await peer.sendInPieces(1, noticeResponse(), authenticationOk(), backendKeyData(5, 6), readyForQuery())
  })
  const connection = await connect(server.url)
  expect(connection.processId).toBe(5)
  connection.terminate()
})

test("the server's refusal is its own error, with the place", async () => {
  const error = await refusal(asking(errorResponse({ S: 'FATAL', V: 'FATAL', C: '53300', M: 'too many clients' })))
  expect(error).toMatchObject({ name: 'TooManyConnectionsError', code: '53300', outcome: 'not-sent' })
})

describe('a password', () => {
  test.each<[string, ConnectionOptions]>([
    ['that is missing', {}],
    ['function that throws', { password: () => Promise.reject(new Error('vault')) }],
    ['that is no string', { password: (() => 5) as unknown as () => string }],
  ])('%s is a ConfigError', async (_what, options) => {
    await using server = await scriptedServer(asking(authenticationCleartextPassword()))
    const { host, port } = server
    await expect(connect({ host, port, user: 'app', ...options })).rejects.toBeInstanceOf(ConfigError)
    await (
      await server.peer(0)
    ).closed
  })
})

/** Waits for the startup message and sends; whatever comes then stays unanswered. */
function asking(...parts: readonly Buffer[]): Script {
  return async (peer: ScriptedPeer) => {
    await peer.startup()
    peer.send(...parts)
  }
}
