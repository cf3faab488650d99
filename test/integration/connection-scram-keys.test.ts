/** Logging in with what SCRAM makes of a password, taken from the verifier that the server has stored. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { inspect } from 'node:util'

import { connect, type ConnectionOptions } from 'kysely-pgwire'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { makeCertificates } from '../support/postgres/certificates.ts'
import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

const PASSWORD = 'correct horse battery'

let server: PrivateServer
let authority: string
let keys: { scramClientKey: string; scramServerKey: string }

beforeAll(async () => {
  authority = (await makeCertificates()).authority
  const hba = ['local all all trust', 'host all by_password all password', 'host all all all scram-sha-256']
  server = await startPrivateServer({ certificate: 'server', hba, settings: { password_encryption: 'scram-sha-256' } })
  await server.query(`create role by_keys login password '${PASSWORD}'; create role by_password login password 'x'`)
  keys = await keysOf('by_keys')
})

afterAll(() => server.remove())

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** RFC 5802: the verifier has salt and iterations, and with them each key can be checked. */
async function keysOf(role: string): Promise<typeof keys> {
  const { host, port, user, password } = server
  await using connection = await connect({ host, port, user, password, database: 'postgres' })
  const verifier = await connection.fetchValue<string>('select rolpassword from pg_authid where rolname = $1', [role])
  const found = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(verifier ?? '') ?? expect.unreachable()
  const [, iterations, salt = '', storedKey, serverKey = ''] = found
  const salted = pbkdf2Sync(PASSWORD, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256')
  const clientKey = hmac(salted, 'Client Key')
  expect(createHash('sha256').update(clientKey).digest('base64')).toBe(storedKey)
  expect(hmac(salted, 'Server Key').toString('base64')).toBe(serverKey)
  return { scramClientKey: clientKey.toString('base64'), scramServerKey: serverKey }
}

const options = (more: ConnectionOptions): ConnectionOptions => {
  const { host, port } = server
  return { host, port, database: 'postgres', user: 'by_keys', passfile: '/nowhere/at/all', ...more }
}

const refusal = (more: ConnectionOptions): Promise<Error> =>
  connect(options(more)).then(
    () => expect.unreachable('it connected'),
    (error: unknown) => error as Error,
  )

test('the keys are enough, without a password', async () => {
  await using connection = await connect(options({ ...keys, tls: false }))
  expect(await connection.fetchValue('select current_user::text')).toBe('by_keys')
})

test('they are bound to the TLS connection as a password is', async () => {
  await using connection = await connect(options({ ...keys, tls: { ca: authority }, channelBinding: 'require' }))
  expect(await connection.fetchValue('select current_user::text')).toBe('by_keys')
})

test('in a connection string, and before a password that is wrong', async () => {
  const { host, port } = server
  const written = { scram_client_key: keys.scramClientKey, scram_server_key: keys.scramServerKey }
  const query = new URLSearchParams({ ...written, sslmode: 'disable' }).toString()
  await using connection = await connect(`postgres://by_keys:wrong@${host}:${port}/postgres?${query}`)
  expect(await connection.fetchValue('select current_user::text')).toBe('by_keys')
})

test('a wrong key of the client is refused by the server, and not shown', async () => {
  const wrong = Buffer.alloc(32, 7).toString('base64')
  const error = await refusal({ ...keys, scramClientKey: wrong })
  expect(error).toMatchObject({ code: '28P01' })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(wrong)
})

test('a server that cannot prove that it knows the key is not believed', async () => {
  const error = await refusal({ ...keys, scramServerKey: Buffer.alloc(32).toString('base64') })
  expect(error).toMatchObject({ name: 'ProtocolError' })
  expect(error.message).toContain('does not know the password')
})

test('a server that asks for the password itself does not get along with keys', async () => {
  const error = await refusal({ ...keys, user: 'by_password' })
  expect(error).toMatchObject({ name: 'ConfigError' })
})
