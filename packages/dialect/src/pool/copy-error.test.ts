import { expect, test } from 'vitest'

import { withCallerStack } from '../errors/caller-stack.ts'
import { ConfigError } from '../errors/config-error.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { copyError } from './copy-error.ts'

const lost = {
  code: 'PGWIRE_CONNECTION_LOST',
  host: 'memory',
  port: 1,
  phase: 'ready',
  outcome: 'unknown',
  cause: new Error('reset'),
} as const

const ours: readonly (readonly [string, Error])[] = [
  ['ConnectionError', new ConnectionError('lost', lost)],
  ['PostgresError', new PostgresError(new Map(Object.entries({ M: 'gone', C: '57P01', V: 'FATAL', D: 'detail' })))],
  ['ProtocolError', Object.assign(new ProtocolError('odd', { cause: new Error('why') }), { outcome: 'not-sent' })],
  ['ConfigError', new ConfigError('no password', { cause: new Error('why') })],
]

test.each(ours)('a copy of a %s says the same, and keeps its stack when the first gets another', (_, error) => {
  const copy = copyError(error) as Error
  expect(copy).not.toBe(error)
  expect(copy.constructor).toBe(error.constructor)
  expect(copy.message).toBe(error.message)
  expect(copy.cause).toBe(error.cause)
  expect(Object.entries(copy)).toEqual(Object.entries(error))
  const { stack } = copy
  withCallerStack(error)
  expect(error.stack).not.toBe(stack)
  expect(copy.stack).toBe(stack)
})

test('an error without a cause has none in its copy', () => {
  for (const error of [new ProtocolError('odd'), new ConfigError('bad')])
    expect(copyError(error)).not.toHaveProperty('cause')
})

test('the error of a user’s function stays the same object', () => {
  const error = new TypeError('no token')
  expect(copyError(error)).toBe(error)
})
