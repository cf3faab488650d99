/** Somebody in between, or a server that is none, tries to get less security than was asked for. */
import { createHash, createHmac, pbkdf2Sync, X509Certificate } from 'node:crypto'
import { inspect } from 'node:util'

import { connect, type ConnectionOptions } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import {
  authenticationCleartextPassword,
  authenticationMd5Password,
  authenticationOk,
  authenticationSasl,
  authenticationSaslContinue,
  authenticationSaslFinal,
  authentication,
  backendKeyData,
  cstring,
  errorResponse,
  int32,
  joined,
  message,
  readyForQuery,
} from '../support/backend-messages.ts'
import { makeCertificates } from '../support/postgres/certificates.ts'
import { type Script, type ScriptedPeer, scriptedServer } from '../support/scripted-server.ts'

const PASSWORD = 'correct-horse-battery'
const TOKEN = 'a-token.that_nobody~knows='

const ready = [authenticationOk(), backendKeyData(1, 2), readyForQuery()]
const { authority, server: shown } = await makeCertificates()

/** The error with which the client gives up, and what the peers have received of it. */
async function refusal(script: Script, parameters: string, more: ConnectionOptions = {}) {
  await using server = await scriptedServer(script)
  const { host, port } = server
  const target =
    Object.keys(more).length > 0
      ? { host, port, user: 'app', password: PASSWORD, ...more }
      : `postgres://app:${PASSWORD}@${host}:${port}/shop?${parameters}`
  const error = await connect(target).then(
    () => expect.unreachable('it connected'),
    (caught: unknown) => caught as Error,
  )
  for (const peer of server.peers) await peer.closed
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/horse|nobody~knows/)
  return { error, peers: server.peers }
}

const passwordsIn = (peers: readonly ScriptedPeer[]): number =>
  peers.flatMap(({ received }) => received).filter(({ type }) => type === 'password').length

async function accept(peer: ScriptedPeer): Promise<void> {
  expect(await peer.opening()).toEqual({ type: 'sslRequest' })
  peer.send('S')
  await peer.startTls(shown)
}

describe('an answer to the request for TLS that is neither yes nor no', () => {
  test.each([
    ['an error', errorResponse({ M: 'text from before TLS' })],
    ['an error of ancient times', 'Etext from before TLS\0'],
    ['garbage', 'HTTP/1.1 400 Bad Request\r\n'],
    ['yes, and plaintext in the same segment', joined(['S', ...ready])],
    ['no, and a login in the same segment', joined(['N', ...ready])],
    ['yes, twice', 'SS'],
  ])('%s does not lead sslmode=prefer to do without', async (_what, answer) => {
    const { error, peers } = await refusal(async (peer) => {
      await peer.opening()
      peer.send(answer)
      await peer.closed
    }, 'sslmode=prefer')
    expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', phase: 'tls' })
    expect(error.message).not.toContain('text from before TLS')
    expect(peers).toHaveLength(1)
  })
})

test.each(['require', 'verify-ca', 'verify-full'])('a no does not lead sslmode=%s to do without', async (sslmode) => {
  const { error, peers } = await refusal(
    async (peer) => {
      await peer.opening()
      peer.send('N')
      await peer.closed
    },
    '',
    // The roots matter to two of them only.
    { tls: sslmode === 'require' ? { rejectUnauthorized: false } : { ca: authority } },
  )
  expect(error.message).toContain('does not support TLS')
  expect(peers).toHaveLength(1)
})

test('plaintext behind the yes is not read as the server’s word, nor does prefer believe it', async () => {
  const { error } = await refusal(async (peer, index) => {
    // The handshake failed, and sslmode=prefer tries without: a real server would now refuse, or ask for a password.
    if (index > 0) {
      await peer.opening()
      peer.send(errorResponse({ S: 'FATAL', V: 'FATAL', C: '28000', M: 'no entry' }))
      return
    }
    await peer.opening()
    await peer.sendInPieces(1, 'S', ...ready)
    await peer.closed
  }, 'sslmode=prefer')
  expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', phase: 'tls' })
})

test.each([
  ['starts or stops', '57P03'],
  ['is full', '53300'],
])('sslmode=allow asks a server that %s (%s) as often as libpq would', async (_what, code) => {
  const { error, peers } = await refusal(async (peer) => {
    const opening = await peer.opening()
    if (opening.type === 'sslRequest') peer.send('N')
    else peer.send(errorResponse({ S: 'FATAL', V: 'FATAL', C: code, M: 'later' }))
  }, 'sslmode=allow')
  expect(error).toMatchObject({ code })
  expect(peers).toHaveLength(code === '57P03' ? 1 : 2)
})

describe('direct TLS', () => {
  const direct = { tls: { ca: authority, negotiation: 'direct' } } as const

  test('names its protocol and the host, and the login is the same', async () => {
    const asked: unknown[] = []
    await using server = await scriptedServer(async (peer) => {
      const secure = await peer.startTls(shown, { ALPNProtocols: ['postgresql'] })
      asked.push((secure as { servername?: unknown }).servername, secure.alpnProtocol)
      await peer.login({ processId: 23 })
    })
    const connection = await connect({ ...direct, host: 'localhost', port: server.port, user: 'app' })
    expect(connection.processId).toBe(23)
    expect(asked).toEqual(['localhost', 'postgresql'])
    connection.terminate()
  })

  test('is refused where the server does not name the protocol', async () => {
    const { error, peers } = await refusal(
      async (peer) => {
        await peer.startTls(shown)
        await peer.closed
      },
      '',
      direct,
    )
    expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', phase: 'tls' })
    expect(error.message).toContain('ALPN')
    expect(passwordsIn(peers)).toBe(0)
  })

  test('is refused where the server speaks no TLS at all', async () => {
    const { error } = await refusal(
      async (peer) => {
        peer.send(...ready)
        await peer.closed
      },
      '',
      direct,
    )
    expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED' })
  })
})

test.each([
  [{ sni: false }, false],
  [{}, 'localhost'],
  [{ servername: 'localhost' }, 'localhost'],
])('with tls %j the server is told the name: %s', async (tls, expected) => {
  const told: unknown[] = []
  await using server = await scriptedServer(async (peer) => {
    await peer.opening()
    peer.send('S')
    const secure = await peer.startTls(shown)
    told.push((secure as { servername?: unknown }).servername)
    await peer.login()
  })
  const host = 'servername' in tls ? '127.0.0.1' : 'localhost'
  const connection = await connect({ host, port: server.port, user: 'app', tls: { ca: authority, ...tls } })
  expect(told).toEqual([expected])
  connection.terminate()
})

test.each<[string, ConnectionOptions, boolean]>([
  ['encrypted where the connection is', { tls: { ca: authority } }, true],
  ['in the clear where the connection is, without asking again', { tls: false }, false],
])('a cancel goes out %s', async (_what, more, encrypted) => {
  await using server = await scriptedServer(async (peer, index) => {
    if (encrypted) await accept(peer)
    if (index === 0) {
      await peer.login()
      await peer.until('sync')
      return
    }
    expect(await peer.opening()).toMatchObject({ type: 'cancelRequest' })
    server.peers[0]?.send(errorResponse({ C: '57014' }), readyForQuery())
    peer.close()
  })
  const { host, port } = server
  const connection = await connect({ host, port, user: 'app', ...more })
  const query = connection.query('select 1').catch((error: unknown) => error)
  await (await server.peer(0)).until('sync').catch(() => {})
  await connection.cancel()
  expect(await query).toMatchObject({ code: '57014' })
  connection.terminate()
})

describe('SCRAM that somebody wants to loosen', () => {
  const secured: ConnectionOptions = { tls: { ca: authority } }
  const SALT = Buffer.from('some salt')

  /** Plays the server's part with its eyes open: what the client says of the channel is returned. */
  async function play(peer: ScriptedPeer, mechanisms: readonly string[]) {
    await accept(peer)
    await peer.startup()
    peer.send(authenticationSasl(...mechanisms))
    const { content } = await peer.message('password')
    const end = content.indexOf(0)
    const mechanism = content.subarray(0, end).toString()
    const first = content.subarray(end + 5).toString()
    const header = first.slice(0, first.indexOf('n=,'))
    const bare = first.slice(header.length)
    const nonce = `${bare.slice('n=,r='.length)}more`
    const serverFirst = `r=${nonce},s=${SALT.toString('base64')},i=4096`
    peer.send(authenticationSaslContinue(serverFirst))
    const final = (await peer.message('password')).content.toString()
    const channel = Buffer.from(/^c=([^,]*)/.exec(final)?.[1] ?? '', 'base64')
    const salted = pbkdf2Sync(PASSWORD, SALT, 4096, 32, 'sha256')
    const serverKey = createHmac('sha256', salted).update('Server Key').digest()
    const message = `${bare},${serverFirst},${final.slice(0, final.indexOf(',p='))}`
    const signature = createHmac('sha256', serverKey).update(message).digest('base64')
    peer.send(authenticationSaslFinal(`v=${signature}`), ...ready)
    return { mechanism, header, channel }
  }

  async function said(mechanisms: readonly string[], more: ConnectionOptions = {}) {
    const results: Awaited<ReturnType<typeof play>>[] = []
    await using server = await scriptedServer(async (peer) => void results.push(await play(peer, mechanisms)))
    const { host, port } = server
    const connection = await connect({ host, port, user: 'app', password: PASSWORD, ...secured, ...more })
    connection.terminate()
    return results[0]
  }

  test('binds the channel by the hash of the certificate', async () => {
    const header = 'p=tls-server-end-point,,'
    const hash = createHash('sha256').update(new X509Certificate(shown.certificate).raw).digest()
    expect(await said(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'])).toEqual({
      mechanism: 'SCRAM-SHA-256-PLUS',
      header,
      channel: Buffer.concat([Buffer.from(header), hash]),
    })
  })

  test('tells a server whose offer to bind was cut out that it would have been taken', async () => {
    expect(await said(['SCRAM-SHA-256'])).toMatchObject({ mechanism: 'SCRAM-SHA-256', header: 'y,,' })
  })

  test('says nothing of the kind where nobody wants it', async () => {
    const found = await said(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'], { channelBinding: 'disable' })
    expect(found).toMatchObject({ mechanism: 'SCRAM-SHA-256', header: 'n,,' })
  })

  const offering =
    (...parts: readonly Buffer[]): Script =>
    async (peer) => {
      await accept(peer)
      await peer.startup()
      peer.send(...parts)
      await peer.closed
    }

  test.each<[string, Buffer[]]>([
    ['an offer without PLUS', [authenticationSasl('SCRAM-SHA-256')]],
    ['a token instead', [authenticationSasl('OAUTHBEARER')]],
    ['the password in clear text', [authenticationCleartextPassword()]],
    ['an MD5 password', [authenticationMd5Password(Buffer.alloc(4))]],
    ['nothing at all', ready],
  ])('channelBinding=require does not put up with %s', async (_what, parts) => {
    const more = { ...secured, channelBinding: 'require', oauthToken: () => TOKEN } as const
    const { error, peers } = await refusal(offering(...parts), '', more)
    expect(error).toMatchObject({
      name: 'ProtocolError',
      message: expect.stringContaining('channelBinding is require'),
    })
    expect(passwordsIn(peers)).toBe(0)
  })

  test('an offer to bind a channel that is in the clear is refused: TLS ends somewhere else', async () => {
    const offer: Script = async (peer) => {
      await peer.startup()
      peer.send(authenticationSasl('SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'))
      await peer.closed
    }
    const { error, peers } = await refusal(offer, 'sslmode=prefer')
    expect(error).toMatchObject({
      name: 'ProtocolError',
      message: expect.stringContaining('somebody stands in between'),
    })
    expect(passwordsIn(peers)).toBe(0)
  })
})

describe('requireAuth', () => {
  test.each<[string, string, Buffer[]]>([
    ['scram-sha-256', 'the password in clear text', [authenticationCleartextPassword()]],
    ['scram-sha-256', 'an MD5 password', [authenticationMd5Password(Buffer.alloc(4))]],
    ['scram-sha-256', 'nothing at all', ready],
    ['scram-sha-256', 'a token', [authenticationSasl('OAUTHBEARER')]],
    ['oauth', 'SCRAM', [authenticationSasl('SCRAM-SHA-256')]],
    ['none', 'SCRAM', [authenticationSasl('SCRAM-SHA-256')]],
    ['!none', 'nothing at all', ready],
  ])('%s does not put up with %s, and no password leaves', async (words, _what, parts) => {
    const { error, peers } = await refusal(async (peer) => {
      await peer.startup()
      peer.send(...parts)
      await peer.closed
    }, `require_auth=${words}`)
    expect(error).toMatchObject({
      name: 'ProtocolError',
      message: expect.stringContaining('requireAuth does not allow'),
    })
    expect(passwordsIn(peers)).toBe(0)
  })

  test.each([
    ['gss', 7],
    ['sspi', 9],
  ])('%s is a word, and the method a clear error', async (words, code) => {
    const { error } = await refusal(async (peer) => {
      await peer.startup()
      peer.send(authentication(code))
    }, `require_auth=${words}`)
    expect(error).toMatchObject({ name: 'ProtocolError', message: expect.stringContaining('which is not supported') })
  })
})

describe('OAuth', () => {
  const secured: ConnectionOptions = { tls: { ca: authority } }
  const asking =
    (then: (peer: ScriptedPeer, response: string) => Promise<void> | void): Script =>
    async (peer) => {
      await accept(peer)
      await peer.startup()
      peer.send(authenticationSasl('OAUTHBEARER'))
      const { content } = await peer.message('password')
      const end = content.indexOf(0)
      expect(content.subarray(0, end).toString()).toBe('OAUTHBEARER')
      await then(peer, content.subarray(end + 5).toString())
    }

  test('sends the token of the function, made for each login', async () => {
    const responses: string[] = []
    await using server = await scriptedServer(
      asking((peer, response) => {
        responses.push(response)
        peer.send(...ready)
      }),
    )
    let calls = 0
    const { host, port } = server
    const oauthToken = () => Promise.resolve(`token-${++calls}`)
    for (const login of [1, 2]) {
      const connection = await connect({ host, port, user: 'app', ...secured, oauthToken })
      connection.terminate()
      expect(responses.at(-1)).toBe(`n,,\u0001auth=Bearer token-${login}\u0001\u0001`)
    }
  })

  test('a token that the server does not want ends in the server’s error', async () => {
    const script = asking(async (peer) => {
      peer.send(authenticationSaslContinue('{"status":"invalid_token","scope":"openid"}'))
      expect((await peer.message('password')).content).toEqual(Buffer.from([1]))
      peer.send(errorResponse({ S: 'FATAL', V: 'FATAL', C: '28000', M: 'OAuth bearer authentication failed' }))
    })
    const { error } = await refusal(script, '', { ...secured, oauthToken: () => TOKEN })
    expect(error).toMatchObject({ name: expect.any(String), code: '28000' })
  })

  test('a token that the server has refused cannot be accepted after all', async () => {
    const script = asking(async (peer) => {
      peer.send(authenticationSaslContinue('{"status":"invalid_token"}'))
      await peer.message('password')
      peer.send(...ready)
    })
    const { error } = await refusal(script, '', { ...secured, oauthToken: () => TOKEN })
    expect(error).toMatchObject({ name: 'ProtocolError' })
  })

  const offered: Script = async (peer) => {
    await accept(peer)
    await peer.startup()
    peer.send(authenticationSasl('OAUTHBEARER'))
    await peer.closed
  }

  test.each<[string, ConnectionOptions]>([
    ['there is no function', {}],
    [
      'the function fails',
      {
        oauthToken: () => {
          throw new Error('vault')
        },
      },
    ],
    ['the token is empty', { oauthToken: () => '' }],
    ['the token is no text', { oauthToken: (() => 5) as unknown as () => string }],
    ['the token could end its own message', { oauthToken: () => 'a-token.that_nobody~knows\u0001' }],
  ])('where %s there is a ConfigError', async (_what, more) => {
    const { error, peers } = await refusal(offered, '', { ...secured, ...more })
    expect(error).toMatchObject({ name: 'ConfigError', code: 'PGWIRE_CONFIG' })
    expect(passwordsIn(peers)).toBe(0)
  })

  test('a token is not sent in the clear', async () => {
    let calls = 0
    const script: Script = async (peer) => {
      await peer.startup()
      peer.send(authenticationSasl('OAUTHBEARER'))
      await peer.closed
    }
    const oauthToken = () => {
      calls++
      return TOKEN
    }
    const { error } = await refusal(script, '', { tls: false, oauthToken })
    expect(error).toMatchObject({ name: 'ProtocolError', message: expect.stringContaining('not encrypted') })
    expect(calls).toBe(0)
  })
})

describe('the version of the protocol', () => {
  const negotiating =
    (...parts: readonly Buffer[]): Script =>
    async (peer) => {
      const { version } = await peer.startup()
      expect(version).toBe('3.2')
      peer.send(...parts, ...ready)
      await peer.closed
    }

  /** NegotiateProtocolVersion with the bytes of a version, whole or not. */
  const negotiated = (version: number, ...options: string[]): Buffer =>
    message('v', int32(version), int32(options.length), ...options.map(cstring))

  test.each([
    ['as a whole', 0x0003_0000],
    ['by its minor number', 0],
  ])('is negotiated down where the server names an older one %s', async (_what, version) => {
    await using server = await scriptedServer(async (peer) => {
      await peer.startup()
      peer.send(negotiated(version), ...ready)
    })
    const { host, port } = server
    const connection = await connect({ host, port, user: 'app', maxProtocolVersion: '3.2', tls: false })
    expect(connection.processId).toBe(1)
    connection.terminate()
  })

  test.each<[string, Buffer, string]>([
    ['older than what will do', negotiated(0x0003_0000), 'min_protocol_version=3.2&'],
    ['newer than what was asked for', negotiated(0x0003_0003), ''],
    ['that was asked for', negotiated(0x0003_0002), ''],
    ['that there never was', negotiated(0x0003_0001), ''],
    ['of ancient times', negotiated(0x0002_0000), ''],
    ['with options that nobody asked for', negotiated(0x0003_0000, '_pq_.option'), ''],
    ['twice', joined([negotiated(0x0003_0000), negotiated(0x0003_0000)]), ''],
    ['behind the request for a password', joined([authenticationOk(), negotiated(0x0003_0000)]), ''],
  ])('%s is refused', async (_what, bytes, minimum) => {
    const { error } = await refusal(negotiating(bytes), `${minimum}max_protocol_version=latest`)
    expect(error).toMatchObject({ name: 'ProtocolError', code: 'PGWIRE_PROTOCOL_VIOLATION' })
  })

  test.each([32, 256])('a key of %d bytes comes back whole with a cancel', async (length) => {
    const secretKey = Buffer.from(Array.from({ length }, (_, index) => index))
    await using server = await scriptedServer(async (peer, index) => {
      if (index === 0) {
        await peer.login({ processId: 5, secretKey })
        await peer.until('sync')
        return
      }
      const cancel = await peer.opening()
      expect(cancel).toEqual({ type: 'cancelRequest', processId: 5, secretKey })
      server.peers[0]?.send(errorResponse({ C: '57014' }), readyForQuery())
      peer.close()
    })
    const { host, port } = server
    const connection = await connect({ host, port, user: 'app', maxProtocolVersion: '3.2' })
    const query = connection.query('select 1').catch((error: unknown) => error)
    await (await server.peer(0)).until('sync').catch(() => {})
    await connection.cancel()
    expect(await query).toMatchObject({ code: '57014' })
    expect(inspect(connection, { depth: 9, showHidden: true })).not.toContain(secretKey.toString('hex').slice(8, 24))
    connection.terminate()
  })

  test('minProtocolVersion cannot be newer than maxProtocolVersion', async () => {
    await expect(connect({ host: '127.0.0.1', port: 1, minProtocolVersion: '3.2' })).rejects.toMatchObject({
      code: 'PGWIRE_CONFIG',
    })
  })
})
