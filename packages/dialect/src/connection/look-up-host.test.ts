import { beforeEach, expect, test, vi } from 'vitest'

import { ConnectBudget } from './connect-budget.ts'
import { lookUpHost } from './look-up-host.ts'

const lookup = vi.hoisted(() => vi.fn<() => Promise<unknown>>())
vi.mock('node:dns/promises', () => ({ lookup }))

const server = { kind: 'tcp', host: 'db.example', port: 5432 } as const
const unlimited = new ConnectBudget(0)

beforeEach(() => {
  lookup.mockReset()
  lookup.mockReturnValue(new Promise(() => {}))
})

test('each address is one to connect to, under the same name', async () => {
  lookup.mockResolvedValue([{ address: '::1' }, { address: '127.0.0.1' }])
  expect(await lookUpHost(server, unlimited, undefined)).toEqual([
    { ...server, hostaddr: '::1' },
    { ...server, hostaddr: '127.0.0.1' },
  ])
})

test.each([
  [{ ...server, hostaddr: '10.0.0.1' }],
  [{ ...server, host: '10.0.0.1' }],
  [{ ...server, host: '::1' }],
  [{ kind: 'unix', host: '/tmp', port: 1, path: '/tmp/.s.PGSQL.1' } as const],
])('what needs no look-up has none: %j', async (address) => {
  expect(await lookUpHost(address, unlimited, undefined)).toEqual([address])
  expect(lookup).not.toHaveBeenCalled()
})

test('it is left as soon as nobody wants the connection any more', async () => {
  const controller = new AbortController()
  const looking = lookUpHost(server, unlimited, controller.signal)
  controller.abort()
  await expect(looking).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_CLOSED', phase: 'closing' })
})

test('it fails at once when nobody wants the connection', async () => {
  await expect(lookUpHost(server, unlimited, AbortSignal.abort())).rejects.toMatchObject({
    code: 'PGWIRE_CONNECTION_CLOSED',
  })
})

test('the error of the system is the cause', async () => {
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND db.example'), { code: 'ENOTFOUND' })
  lookup.mockRejectedValue(cause)
  await expect(lookUpHost(server, unlimited, undefined)).rejects.toMatchObject({
    code: 'PGWIRE_CONNECT_FAILED',
    message: 'Cannot connect to db.example:5432 while connecting: getaddrinfo ENOTFOUND db.example',
    cause,
  })
})
