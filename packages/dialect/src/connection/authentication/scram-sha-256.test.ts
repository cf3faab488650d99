import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { ProtocolError } from '../../errors/protocol-error.ts'
import { UsageError } from '../../errors/usage-error.ts'
import { saslPrep } from './sasl-prep.ts'
import { MAX_SCRAM_ITERATIONS, ScramSha256 } from './scram-sha-256.ts'

/** RFC 7677, section 3. */
const RFC = {
  user: 'user',
  password: 'pencil',
  clientNonce: 'rOprNGfwEbeRWgbNEkqO',
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
}

const NONCE = `${RFC.clientNonce}server`
const SALT = 'W22ZaJ0SNY7soEsUEjb6gQ=='

function rfcClient(): ScramSha256 {
  return new ScramSha256({ user: RFC.user, secret: RFC.password, clientNonce: RFC.clientNonce })
}

/** The server's side, written from the RFC alone. */
class ScramServer {
  readonly storedKey: Buffer
  readonly serverKey: Buffer
  readonly salt: Buffer
  readonly iterations: number
  readonly nonce: string = randomBytes(12).toString('base64url')
  #clientFirstBare = ''
  #serverFirst = ''

  constructor(password: string, salt: Buffer, iterations: number) {
    this.salt = salt
    this.iterations = iterations
    const salted = pbkdf2Sync(saslPrep(password), salt, iterations, 32, 'sha256')
    this.storedKey = sha256(hmac(salted, 'Client Key'))
    this.serverKey = hmac(salted, 'Server Key')
  }

  first(clientFirst: string, gs2Header = 'n,,'): string {
    expect(clientFirst.startsWith(gs2Header)).toBe(true)
    this.#clientFirstBare = clientFirst.slice(gs2Header.length)
    const clientNonce = /^n=[^,]*,r=([\x21-\x2b\x2d-\x7e]+)$/.exec(this.#clientFirstBare)?.[1]
    this.#serverFirst = `r=${clientNonce}${this.nonce},s=${this.salt.toString('base64')},i=${this.iterations}`
    return this.#serverFirst
  }

  /** Undefined when the client does not know the password. */
  final(clientFinal: string): string | undefined {
    const proofAt = clientFinal.lastIndexOf(',p=')
    const authMessage = `${this.#clientFirstBare},${this.#serverFirst},${clientFinal.slice(0, proofAt)}`
    const signature = hmac(this.storedKey, authMessage)
    const proof = Buffer.from(clientFinal.slice(proofAt + 3), 'base64')
    const clientKey = Buffer.from(proof.map((byte, index) => byte ^ (signature[index] ?? 0)))
    if (!timingSafeEqual(sha256(clientKey), this.storedKey)) return undefined
    return `v=${hmac(this.serverKey, authMessage).toString('base64')}`
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

test('the messages of RFC 7677', async () => {
  const scram = rfcClient()
  expect(scram.clientFirst()).toBe(RFC.clientFirst)
  expect(await scram.clientFinal(RFC.serverFirst)).toBe(RFC.clientFinal)
  scram.verifyServerFinal(RFC.serverFinal)
})

test('any password logs in at a server that has it, and at no other', async () => {
  const passwords = fc.oneof(fc.string({ minLength: 1 }), fc.string({ minLength: 1, unit: 'grapheme' }))
  const salts = fc.uint8Array({ minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(passwords, salts, fc.integer({ min: 1, max: 50 }), async (password, salt, iterations) => {
      const server = new ScramServer(password, Buffer.from(salt), iterations)
      const client = new ScramSha256({ secret: password })
      const final = server.final(await client.clientFinal(server.first(client.clientFirst())))
      expect(final).toBeDefined()
      client.verifyServerFinal(final ?? '')

      const stranger = new ScramSha256({ secret: `${password}x` })
      expect(server.final(await stranger.clientFinal(server.first(stranger.clientFirst())))).toBeUndefined()
    }),
  )
})

test('a server that accepts anybody without knowing the password is found out', async () => {
  const server = new ScramServer('another', Buffer.from('salt'), 10)
  const client = new ScramSha256({ secret: 'secret' })
  await client.clientFinal(server.first(client.clientFirst()))
  expect(() => client.verifyServerFinal(`v=${randomBytes(32).toString('base64')}`)).toThrow(
    'The server does not know the password',
  )
})

test('the channel binding goes into the final message behind its header', async () => {
  const gs2Header = 'p=tls-server-end-point,,'
  const channelBinding = Uint8Array.of(1, 2, 3, 0xff)
  const server = new ScramServer('secret', Buffer.from('salt'), 10)
  const client = new ScramSha256({ secret: 'secret', gs2Header, channelBinding })
  const clientFinal = await client.clientFinal(server.first(client.clientFirst(), gs2Header))
  const [binding] = clientFinal.split(',')
  expect(Buffer.from((binding ?? '').slice(2), 'base64')).toEqual(
    Buffer.concat([Buffer.from(gs2Header), Buffer.from(channelBinding)]),
  )
  client.verifyServerFinal(server.final(clientFinal) ?? '')
})

test('every login has a nonce of its own, printable and without a comma', () => {
  const nonces = Array.from({ length: 100 }, () => new ScramSha256({ secret: 'x' }).clientFirst().split(',r=')[1])
  expect(new Set(nonces).size).toBe(100)
  for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9+/]{24}$/)
})

test('a name with the characters that separate attributes is escaped', () => {
  const scram = new ScramSha256({ secret: 'x', user: 'a=b,c', clientNonce: 'n' })
  expect(scram.clientFirst()).toBe('n,,n=a=3Db=2Cc,r=n')
})

describe('the first message of the server is refused', () => {
  test.each([
    ['empty', ''],
    ['no salt and no iterations', `r=${NONCE}`],
    ['no iterations', `r=${NONCE},s=${SALT}`],
    ['in another order', `s=${SALT},r=${NONCE},i=4096`],
    ['an attribute twice', `r=${NONCE},r=${NONCE},s=${SALT},i=4096`],
    ['the iterations twice', `r=${NONCE},s=${SALT},i=4096,i=4096`],
    ['an attribute more', `r=${NONCE},s=${SALT},i=4096,x=1`],
    ['a comma at the end', `r=${NONCE},s=${SALT},i=4096,`],
    ['a mandatory extension', `m=ext,r=${NONCE},s=${SALT},i=4096`],
    ['a capital attribute', `R=${NONCE},s=${SALT},i=4096`],
    ['an error', 'e=other-error'],
    ['no nonce', `r=,s=${SALT},i=4096`],
    ['a nonce that is not ours', `r=xxxprNGfwEbeRWgbNEkqOserver,s=${SALT},i=4096`],
    ['a nonce in which ours comes later', `r=x${NONCE},s=${SALT},i=4096`],
    ['only our nonce', `r=${RFC.clientNonce},s=${SALT},i=4096`],
    ['a part of our nonce', `r=${RFC.clientNonce.slice(0, -1)},s=${SALT},i=4096`],
    ['a space in the nonce', `r=${NONCE} x,s=${SALT},i=4096`],
    ['a control character in the nonce', `r=${NONCE}\n,s=${SALT},i=4096`],
    ['a nonce that is not ASCII', `r=${NONCE}\u00e9,s=${SALT},i=4096`],
    ['a nonce of 10 kB', `r=${NONCE}${'x'.repeat(10_000)},s=${SALT},i=4096`],
    ['no salt', `r=${NONCE},s=,i=4096`],
    ['a salt that is no base64', `r=${NONCE},s=%%%%,i=4096`],
    ['a salt with a space', `r=${NONCE},s=W22Z aJ0S,i=4096`],
    ['a salt without padding', `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ,i=4096`],
    ['a salt in the alphabet of URLs', `r=${NONCE},s=_-_-,i=4096`],
    ['a salt with bits behind its end', `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gR==,i=4096`],
  ])('%s', async (_what, message) => {
    await expect(rfcClient().clientFinal(message)).rejects.toBeInstanceOf(ProtocolError)
  })

  test.each([
    '',
    '0',
    '-1',
    '+1',
    '01',
    '1.5',
    '1e3',
    ' 1',
    '0x10',
    'x',
    '\u0661',
    '2147483648',
    '9007199254740992',
    '1000000000',
    '99999999999999999999',
    String(MAX_SCRAM_ITERATIONS + 1),
  ])('iterations: %j', async (iterations) => {
    await expect(rfcClient().clientFinal(`r=${NONCE},s=${SALT},i=${iterations}`)).rejects.toBeInstanceOf(ProtocolError)
  })

  test('before anything is hashed: at once, in the same turn of the event loop', async () => {
    let turned = false
    setImmediate(() => (turned = true))
    for (const iterations of ['0', '-1', 'x', '2147483648', '1000000000', '9007199254740992']) {
      await expect(rfcClient().clientFinal(`r=${NONCE},s=${SALT},i=${iterations}`)).rejects.toThrow()
    }
    expect(turned).toBe(false)
  })
})

test('few iterations are accepted, and so are as many as allowed', async () => {
  for (const iterations of [1, 4095, MAX_SCRAM_ITERATIONS]) {
    await expect(rfcClient().clientFinal(`r=${NONCE},s=${SALT},i=${iterations}`)).resolves.toContain(',p=')
  }
})

test('the bound of the iterations can be moved', async () => {
  const scram = new ScramSha256({ secret: 'x', clientNonce: RFC.clientNonce, maxIterations: 4095 })
  await expect(scram.clientFinal(RFC.serverFirst)).rejects.toThrow('more than 4095')
})

describe('with keys instead of the password', () => {
  const salted = pbkdf2Sync(RFC.password, Buffer.from(SALT, 'base64'), 4096, 32, 'sha256')
  const keys = { clientKey: hmac(salted, 'Client Key'), serverKey: hmac(salted, 'Server Key') }
  const client = (secret = keys): ScramSha256 =>
    new ScramSha256({ user: RFC.user, secret, clientNonce: RFC.clientNonce, maxIterations: 1 })

  test('the messages are those of RFC 7677, and no iteration is made that would have to be bounded', async () => {
    const scram = client()
    expect(scram.clientFirst()).toBe(RFC.clientFirst)
    expect(await scram.clientFinal(RFC.serverFirst)).toBe(RFC.clientFinal)
    scram.verifyServerFinal(RFC.serverFinal)
  })

  test('the server has to prove that it has its key', async () => {
    const scram = client({ ...keys, serverKey: Buffer.alloc(32) })
    await scram.clientFinal(RFC.serverFirst)
    expect(() => scram.verifyServerFinal(RFC.serverFinal)).toThrow('does not know the password')
  })
})

test('the event loop runs while the password is hashed', async () => {
  let settled = false
  const hashing = rfcClient()
    .clientFinal(`r=${NONCE},s=${SALT},i=${MAX_SCRAM_ITERATIONS}`)
    .finally(() => (settled = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(settled).toBe(false)
  await hashing
})

describe('the final message of the server is refused', () => {
  test.each([
    ['empty', ''],
    ['no signature', 'v='],
    ['a signature that is no base64', 'v=%%%%'],
    ['a signature that is too short', `v=${Buffer.alloc(31).toString('base64')}`],
    ['a signature that is too long', `v=${Buffer.alloc(33).toString('base64')}`],
    ['another signature', `v=${Buffer.alloc(32).toString('base64')}`],
    ['the signature with something behind it', `${RFC.serverFinal},x=1`],
    ['the signature with a line end', `${RFC.serverFinal}\n`],
    ['the signature in front of an error', `${RFC.serverFinal},e=other-error`],
    ['something in front of the signature', `x=1,${RFC.serverFinal}`],
    ['10 kB', `v=${'A'.repeat(10_000)}`],
  ])('%s', async (_what, message) => {
    const scram = rfcClient()
    scram.clientFirst()
    await scram.clientFinal(RFC.serverFirst)
    expect(() => scram.verifyServerFinal(message)).toThrow(ProtocolError)
  })

  test("the server's reason is named when it is a word of the RFC, and only then", async () => {
    const scram = rfcClient()
    await scram.clientFinal(RFC.serverFirst)
    expect(() => scram.verifyServerFinal('e=invalid-proof')).toThrow(/: invalid-proof$/)
    expect(() => scram.verifyServerFinal('e=\u001b[31mred')).toThrow(/exchange$/)
  })

  test('before the exchange has come so far', () => {
    expect(() => rfcClient().verifyServerFinal(RFC.serverFinal)).toThrow(UsageError)
  })
})
