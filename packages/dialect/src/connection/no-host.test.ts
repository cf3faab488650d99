import { expect, test } from 'vitest'

import type { ServerAddress } from '../config/connection-settings.ts'
import { ConnectionError, type ConnectionErrorCode } from '../errors/connection-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { noHost, unfitHost } from './no-host.ts'

const one: ServerAddress = { kind: 'tcp', host: 'one', port: 1 }
const two: ServerAddress = { kind: 'tcp', host: 'two', port: 2 }

function failed({ host, port }: ServerAddress, code: ConnectionErrorCode, cause?: Error): ConnectionError {
  return new ConnectionError(`${host} failed`, { code, host, port, phase: 'connecting', outcome: 'not-sent', cause })
}

const refused = (): Error => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const starting = new PostgresError(new Map([['C', '57P03']]))

test('a single reason speaks for itself', () => {
  const error = failed(one, 'PGWIRE_CONNECT_FAILED')
  expect(noHost([one], [error])).toBe(error)
  expect(noHost([one, two], [starting])).toBe(starting)
})

test('of one host with several addresses, the server’s own word counts most', () => {
  expect(noHost([one], [failed(one, 'PGWIRE_CONNECT_FAILED', refused()), starting])).toBe(starting)
  expect(noHost([one], [starting, failed(one, 'PGWIRE_CONNECT_FAILED', refused())])).toBe(starting)
})

test('of several hosts, all reasons are told', () => {
  const failures = [failed(one, 'PGWIRE_CONNECT_TIMEOUT'), failed(two, 'PGWIRE_CONNECT_FAILED'), starting]
  const error = noHost([one, two], failures)
  expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', host: 'two', port: 2, outcome: 'not-sent' })
  expect(error.message).toContain('any of 2 hosts: one failed; two failed')
  expect((error.cause as AggregateError).errors).toEqual(failures)
})

test.each<ConnectionErrorCode>(['PGWIRE_CONNECT_FAILED', 'PGWIRE_CONNECT_TIMEOUT', 'PGWIRE_NO_SUITABLE_HOST'])(
  'what all have in common is the code of the whole: %s',
  (code) => {
    expect(noHost([one, two], [failed(one, code), failed(two, code)])).toMatchObject({ code })
  },
)

test('the cause has the code of the system where all have the same', () => {
  const failures = [failed(one, 'PGWIRE_CONNECT_FAILED', refused()), failed(one, 'PGWIRE_CONNECT_FAILED', refused())]
  expect(noHost([one], failures)).toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  expect(noHost([one], [...failures, failed(one, 'PGWIRE_CONNECT_FAILED')]).cause).not.toHaveProperty('code')
})

test('a host of the wrong kind is told with what was asked for', () => {
  expect(unfitHost(one, 'read-write')).toMatchObject({
    code: 'PGWIRE_NO_SUITABLE_HOST',
    host: 'one',
    message: 'Cannot use one:1: it is not read-write, which target_session_attrs asks for',
  })
})
