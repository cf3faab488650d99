import { describe, expect, test } from 'vitest'

import { ConnectionError, type ConnectionErrorCode } from '../errors/connection-error.ts'
import type { Outcome } from '../errors/outcome.ts'
import { PoolClosedError, PoolExhaustedError, PoolTimeoutError } from '../errors/pool-error.ts'
import { postgresErrorFrom } from '../errors/postgres-error-from.ts'
import type { PostgresError } from '../errors/postgres-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { QueryTimeoutError } from '../errors/query-timeout-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { readsElsewhere } from './replica-failure.ts'

const OUTCOMES: readonly Outcome[] = ['not-sent', 'rolled-back', 'unknown', 'applied']

function connection(code: ConnectionErrorCode, outcome: Outcome): ConnectionError {
  return new ConnectionError('x', { code, host: 'r', port: 1, phase: 'connecting', outcome })
}

function postgres(code: string, outcome: Outcome): PostgresError {
  return Object.assign(postgresErrorFrom(new Map([['C', code]])), { outcome })
}

describe('only what was not sent is read elsewhere', () => {
  test.each([
    'PGWIRE_CONNECT_FAILED',
    'PGWIRE_CONNECT_TIMEOUT',
    'PGWIRE_NO_SUITABLE_HOST',
    'PGWIRE_CONNECTION_LOST',
  ] as const)('%s', (code) => {
    expect(OUTCOMES.map((outcome) => readsElsewhere(connection(code, outcome), true))).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  test.each(['57P01', '57P02', '57P03', '53300'])('%s', (code) => {
    expect(OUTCOMES.map((outcome) => readsElsewhere(postgres(code, outcome), true))).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  test('a broken protocol', () => {
    const errors = OUTCOMES.map((outcome) => Object.assign(new ProtocolError('x'), { outcome }))
    expect(errors.map((error) => readsElsewhere(error, true))).toEqual([true, false, false, false])
  })
})

test.each(['28P01', '28000', '3D000', '42P01', '25006', '40001'])('%s is for the caller', (code) => {
  expect(readsElsewhere(postgres(code, 'not-sent'), false)).toBe(false)
})

test('who has waited too long for others waits nowhere else', () => {
  expect(readsElsewhere(new PoolTimeoutError('x'), true)).toBe(false)
  expect(readsElsewhere(new PoolTimeoutError('x'), false)).toBe(true)
})

test.each([
  new PoolExhaustedError('x'),
  new PoolClosedError('x'),
  new UsageError('x'),
  new QueryTimeoutError(1, 'not-sent'),
  new Error('x'),
  'x',
  undefined,
])('%s is for the caller', (error) => {
  expect(readsElsewhere(error, false)).toBe(false)
})
