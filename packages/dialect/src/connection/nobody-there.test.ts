import { expect, test } from 'vitest'

import { ConnectionError, type ConnectionErrorCode } from '../errors/connection-error.ts'
import { nobodyThere } from './nobody-there.ts'

function failure(code: ConnectionErrorCode, cause?: unknown): ConnectionError {
  return new ConnectionError('no', { code, host: 'h', port: 1, phase: 'connecting', outcome: 'not-sent', cause })
}

const systemError = (code: string): Error => Object.assign(new Error(code), { code })

test.each<[string, unknown, boolean]>([
  ['a refused connection', failure('PGWIRE_CONNECT_FAILED', systemError('ECONNREFUSED')), true],
  ['a host without a route', failure('PGWIRE_CONNECT_FAILED', systemError('EHOSTUNREACH')), true],
  ['a reset', failure('PGWIRE_CONNECT_FAILED', systemError('ECONNRESET')), true],
  ['no answer in time', failure('PGWIRE_CONNECT_TIMEOUT'), true],
  ['a server that hangs up without a word', failure('PGWIRE_CONNECT_FAILED'), true],
  ['too many open files of our own', failure('PGWIRE_CONNECT_FAILED', systemError('EMFILE')), false],
  ['no free port of our own', failure('PGWIRE_CONNECT_FAILED', systemError('EADDRNOTAVAIL')), false],
  ['an expired certificate', failure('PGWIRE_CONNECT_FAILED', systemError('CERT_HAS_EXPIRED')), false],
  ['an answer that is no answer', failure('PGWIRE_CONNECT_FAILED', new Error('something else')), false],
  ['a probe that nobody wants any more', failure('PGWIRE_CONNECTION_CLOSED'), false],
  ['files for TLS that cannot be read', new Error('no such file'), false],
])('of %s', (_what, error, absent) => {
  expect(nobodyThere(error)).toBe(absent)
})
