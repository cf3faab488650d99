import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { inspect } from 'node:util'

import { describe, expect, test } from 'vitest'

import type { PasswordSource } from '../../config/connection-options.ts'
import { ConfigError } from '../../errors/config-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import { createAuthenticator } from './authenticate.ts'
import type { AuthenticationAnswer, Authenticator } from './authenticate.ts'
import type { AuthenticationRequest } from './authentication-request.ts'

const OK: AuthenticationRequest = { code: 0, body: new Uint8Array() }
const CLEARTEXT: AuthenticationRequest = { code: 3, body: new Uint8Array() }
const MD5: AuthenticationRequest = { code: 5, body: Uint8Array.of(1, 2, 3, 4) }
const SASL: AuthenticationRequest = { code: 10, body: Buffer.from('SCRAM-SHA-256\0\0') }

const saslContinue = (text: string): AuthenticationRequest => ({ code: 11, body: Buffer.from(text) })
const saslFinal = (text: string): AuthenticationRequest => ({ code: 12, body: Buffer.from(text) })

const SALT = Buffer.from('some salt')
const ITERATIONS = 10

function authenticator(password: PasswordSource = 'secret'): Authenticator {
  return createAuthenticator({ user: 'app', password })
}

function serverFirstFor(answer: AuthenticationAnswer): string {
  if (answer.kind !== 'saslInitial') throw new Error(`Unexpected ${answer.kind}`)
  return `r=${answer.response.split(',r=')[1]}more,s=${SALT.toString('base64')},i=${ITERATIONS}`
}

/** What a server that knows the password says at last. */
function serverFinalFor(password: string, initial: AuthenticationAnswer, answer: AuthenticationAnswer): string {
  if (initial.kind !== 'saslInitial' || answer.kind !== 'saslResponse') throw new Error('Not a SASL exchange')
  const withoutProof = answer.response.slice(0, answer.response.indexOf(',p='))
  const authMessage = `${initial.response.slice(3)},${serverFirstFor(initial)},${withoutProof}`
  const salted = pbkdf2Sync(password, SALT, ITERATIONS, 32, 'sha256')
  const serverKey = createHmac('sha256', salted).update('Server Key').digest()
  return `v=${createHmac('sha256', serverKey).update(authMessage).digest('base64')}`
}

async function untilSaslFinal(login: Authenticator): Promise<string> {
  const initial = await login.respond(SASL)
  const answer = await login.respond(saslContinue(serverFirstFor(initial)))
  return serverFinalFor('secret', initial, answer)
}

describe('what is answered', () => {
  test('nothing, when the server trusts the user', async () => {
    expect(await createAuthenticator({ user: 'app', password: undefined }).respond(OK)).toEqual({ kind: 'done' })
  })

  test('the password, when it is asked for in clear text', async () => {
    const login = authenticator()
    expect(await login.respond(CLEARTEXT)).toEqual({ kind: 'password', password: 'secret' })
    expect(await login.respond(OK)).toEqual({ kind: 'done' })
  })

  test('its hash, when MD5 is asked for', async () => {
    const login = authenticator()
    const md5 = (...parts: (string | Uint8Array)[]): string => {
      const hash = createHash('md5')
      for (const part of parts) hash.update(part)
      return hash.digest('hex')
    }
    expect(await login.respond(MD5)).toEqual({ kind: 'password', password: `md5${md5(md5('secretapp'), MD5.body)}` })
    expect(await login.respond(OK)).toEqual({ kind: 'done' })
  })

  test('SCRAM-SHA-256, to the end', async () => {
    const login = authenticator()
    const initial = await login.respond(SASL)
    expect(initial).toMatchObject({ kind: 'saslInitial', mechanism: 'SCRAM-SHA-256' })
    const answer = await login.respond(saslContinue(serverFirstFor(initial)))
    expect(answer.kind).toBe('saslResponse')
    expect(await login.respond(saslFinal(serverFinalFor('secret', initial, answer)))).toEqual({ kind: 'wait' })
    expect(login.accepted).toBe(false)
    expect(await login.respond(OK)).toEqual({ kind: 'done' })
    expect(login.accepted).toBe(true)
  })
})

test('SASLFinal and Ok may come in one read: neither waits for the other', async () => {
  const login = authenticator()
  const final = await untilSaslFinal(login)
  const verified = login.respond(saslFinal(final))
  const accepted = login.respond(OK)
  expect(login.accepted).toBe(true)
  expect(await verified).toEqual({ kind: 'wait' })
  expect(await accepted).toEqual({ kind: 'done' })
})

test('a request is read before the buffer in which it stands is used again', async () => {
  const body = Uint8Array.of(1, 2, 3, 4)
  const untouched = await authenticator().respond(MD5)
  const answer = authenticator().respond({ code: 5, body })
  body.fill(0xff)
  expect(await answer).toEqual(untouched)
})

describe('an impossible order is refused', () => {
  const scram = 'r=x,s=AAAA,i=1'
  const signature = `v=${Buffer.alloc(32).toString('base64')}`
  test.each<[string, AuthenticationRequest[]]>([
    ['SASLContinue first', [saslContinue(scram)]],
    ['SASLFinal first', [saslFinal(signature)]],
    ['Ok behind SASL', [SASL, OK]],
    ['SASL behind SASL', [SASL, SASL]],
    ['SASLFinal behind SASL', [SASL, saslFinal(signature)]],
    ['a clear text password behind SASL', [SASL, CLEARTEXT]],
    ['MD5 behind SASL', [SASL, MD5]],
    ['a second password', [CLEARTEXT, CLEARTEXT]],
    ['SASL behind a password', [CLEARTEXT, SASL]],
    ['SASL behind MD5', [MD5, SASL]],
    ['Ok behind Ok', [OK, OK]],
    ['a password behind Ok', [OK, CLEARTEXT]],
    ['SASL behind Ok', [OK, SASL]],
    ['an unknown method behind Ok', [OK, { code: 99, body: new Uint8Array() }]],
  ])('%s', async (_what, requests) => {
    const login = authenticator()
    for (const request of requests.slice(0, -1)) await login.respond(request)
    const accepted = login.accepted
    const last = requests.at(-1)
    if (last === undefined) throw new Error('No request')
    await expect(login.respond(last)).rejects.toBeInstanceOf(ProtocolError)
    expect(login.accepted).toBe(false)
    // Nor is anything answered afterwards.
    if (!accepted) await expect(login.respond(OK)).rejects.toBeInstanceOf(ProtocolError)
  })

  test.each<[string, (final: string) => AuthenticationRequest]>([
    ['Ok before SASLFinal', () => OK],
    ['SASLContinue twice', () => saslContinue(scram)],
    ['SASL in the middle', () => SASL],
  ])('%s', async (_what, request) => {
    const login = authenticator()
    const final = await untilSaslFinal(login)
    await expect(login.respond(request(final))).rejects.toBeInstanceOf(ProtocolError)
    expect(login.accepted).toBe(false)
  })

  test('SASLFinal twice', async () => {
    const login = authenticator()
    const final = await untilSaslFinal(login)
    await login.respond(saslFinal(final))
    await expect(login.respond(saslFinal(final))).rejects.toBeInstanceOf(ProtocolError)
  })

  test('a request while the last one is not answered spoils both', async () => {
    const login = authenticator(() => Promise.resolve('secret'))
    const first = login.respond(CLEARTEXT)
    const second = login.respond(OK)
    await expect(second).rejects.toBeInstanceOf(ProtocolError)
    await expect(first).rejects.toBeInstanceOf(ProtocolError)
    expect(login.accepted).toBe(false)
  })

  test('a false signature of the server, and no Ok helps', async () => {
    const login = authenticator()
    await untilSaslFinal(login)
    await expect(login.respond(saslFinal(signature))).rejects.toThrow('does not know the password')
    await expect(login.respond(OK)).rejects.toBeInstanceOf(ProtocolError)
    expect(login.accepted).toBe(false)
  })
})

test('no common mechanism: the error says what the server offers', async () => {
  const answer = authenticator().respond({ code: 10, body: Buffer.from('SCRAM-SHA-512\0GS2-KRB5\0\0') })
  await expect(answer).rejects.toBeInstanceOf(ProtocolError)
  await expect(answer).rejects.toThrow('SCRAM-SHA-512, GS2-KRB5')
})

test('bytes beyond ASCII in a SCRAM message are refused', async () => {
  const login = authenticator()
  const initial = await login.respond(SASL)
  const body = Buffer.from(serverFirstFor(initial), 'latin1')
  body[40] = 0xe9
  await expect(login.respond({ code: 11, body })).rejects.toBeInstanceOf(ProtocolError)
})

describe('the password', () => {
  test.each([
    ['clear text', CLEARTEXT],
    ['MD5', MD5],
    ['SASL', SASL],
  ])('is missed when the server asks for it by %s', async (_what, request) => {
    const answer = createAuthenticator({ user: 'app', password: undefined }).respond(request)
    await expect(answer).rejects.toThrow('The server asks for a password and none was given')
    await expect(answer).rejects.toBeInstanceOf(ConfigError)
  })

  test('comes from a function, called once and only when it is needed', async () => {
    let calls = 0
    const login = authenticator(() => {
      calls++
      return Promise.resolve('token')
    })
    expect(calls).toBe(0)
    expect(await login.respond(CLEARTEXT)).toEqual({ kind: 'password', password: 'token' })
    expect(calls).toBe(1)

    const trusted = authenticator(() => {
      throw new Error('called for nothing')
    })
    expect(await trusted.respond(OK)).toEqual({ kind: 'done' })
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('vault')
      },
    ],
    ['rejects', () => Promise.reject(new Error('vault'))],
  ])('keeps the cause when its function %s', async (_what, password) => {
    await expect(authenticator(password).respond(CLEARTEXT)).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'The password function failed',
      cause: { message: 'vault' },
    })
  })

  test.each([
    ['empty', ''],
    ['undefined', undefined],
    ['a number', 12_345],
    ['bytes', new Uint8Array(4)],
    ['a string with a NUL', 'hunter\0two'],
    ['a string with a lone surrogate', 'hunter\ud800two'],
  ])('cannot be %s', async (_what, value) => {
    const password = (() => value) as () => string
    const error: unknown = await authenticator(password)
      .respond(SASL)
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ConfigError)
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(/hunter|12345|two/)
  })

  test('is not shown by an inspection of the authenticator', async () => {
    const login = authenticator('hunter2hunter2')
    await login.respond(SASL)
    expect(inspect(login, { showHidden: true, depth: 9 })).not.toContain('hunter2')
    expect(JSON.stringify(login)).not.toContain('hunter2')
  })
})
