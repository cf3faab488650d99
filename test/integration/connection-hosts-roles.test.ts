/** `target_session_attrs` with a real primary, a real standby and a primary that takes no writes. */
import { connect, type Connection, type ConnectionError, type ConnectionOptions } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { becomeStandby } from '../support/standby.ts'
import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

let servers: Record<'primary' | 'standby' | 'readOnly', PrivateServer>

beforeAll(async () => {
  const [primary, standby, readOnly] = await Promise.all([
    startPrivateServer(),
    startPrivateServer(),
    startPrivateServer({ settings: { default_transaction_read_only: true } }),
  ])
  servers = { primary, standby, readOnly }
  await becomeStandby(standby)
})

afterAll(async () => {
  for (const server of Object.values(servers)) await server.remove()
})

type Name = keyof typeof servers
type Target = NonNullable<ConnectionOptions['targetSessionAttrs']>

function options(names: readonly Name[], targetSessionAttrs: Target): ConnectionOptions {
  const { user, password } = servers.primary
  const host = names.map((name) => `127.0.0.1:${servers[name].port}`)
  return { host, user, password, database: 'postgres', targetSessionAttrs }
}

async function nameOf(connection: Connection): Promise<Name | undefined> {
  const port = await connection.fetchValue('select inet_server_port()')
  return (['primary', 'standby', 'readOnly'] as const).find((name) => servers[name].port === port)
}

test.each<[Target, readonly Name[], Name]>([
  ['any', ['standby', 'primary'], 'standby'],
  ['any', ['readOnly', 'primary'], 'readOnly'],
  ['primary', ['standby', 'primary'], 'primary'],
  ['primary', ['standby', 'readOnly', 'primary'], 'readOnly'],
  ['standby', ['primary', 'standby'], 'standby'],
  ['standby', ['readOnly', 'primary', 'standby'], 'standby'],
  ['read-write', ['standby', 'readOnly', 'primary'], 'primary'],
  ['read-only', ['primary', 'standby'], 'standby'],
  ['read-only', ['primary', 'readOnly', 'standby'], 'readOnly'],
  ['prefer-standby', ['primary', 'standby'], 'standby'],
  ['prefer-standby', ['readOnly', 'primary'], 'readOnly'],
  ['prefer-standby', ['primary'], 'primary'],
])('%s of %j is %s', async (target, names, expected) => {
  await using connection = await connect(options(names, target))
  expect(await nameOf(connection)).toBe(expected)
})

describe('nobody fits:', () => {
  test.each<[Target, readonly Name[]]>([
    ['primary', ['standby']],
    ['standby', ['primary', 'readOnly']],
    ['read-write', ['standby', 'readOnly']],
    ['read-only', ['primary']],
  ])('%s of %j', async (target, names) => {
    const error = await connect(options(names, target)).catch((caught: unknown) => caught as ConnectionError)
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'PGWIRE_NO_SUITABLE_HOST', outcome: 'not-sent' })
    expect((error as Error).message).toContain(`it is not ${target}`)
  })
})

test('the servers that were not chosen are left in order', async () => {
  await using connection = await connect(options(['primary', 'standby'], 'prefer-standby'))
  expect(await nameOf(connection)).toBe('standby')
  const gone = async (): Promise<boolean> => (await servers.primary.backends()).length === 0
  await expect.poll(gone).toBe(true)
  expect(servers.primary.log.since(0)).not.toContain('unexpected EOF')
})

test('a standby that is promoted is the primary of the next connect', async () => {
  await servers.standby.query('select pg_promote()')
  await using connection = await connect(options(['standby', 'primary'], 'primary'))
  expect(await nameOf(connection)).toBe('standby')
  await servers.standby.stop()
  await using next = await connect(options(['standby', 'primary'], 'primary'))
  expect(await nameOf(next)).toBe('primary')
})
