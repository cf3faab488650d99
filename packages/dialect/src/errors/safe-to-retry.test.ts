import { describe, expect, test } from 'vitest'

import { AbortedTransactionError } from './aborted-transaction-error.ts'
import { CodecError } from './codec-error.ts'
import { CommitUnknownError } from './commit-unknown-error.ts'
import { ConfigError } from './config-error.ts'
import { ConnectionError } from './connection-error.ts'
import type { Outcome } from './outcome.ts'
import { OutdatedStatementError } from './outdated-statement-error.ts'
import { PoolClosedError, PoolTimeoutError } from './pool-error.ts'
import { postgresErrorFrom } from './postgres-error-from.ts'
import { ProtocolError } from './protocol-error.ts'
import { QueryTimeoutError } from './query-timeout-error.ts'
import { isSafeToRetry } from './safe-to-retry.ts'
import { UsageError } from './usage-error.ts'

const OUTCOMES: readonly Outcome[] = ['not-sent', 'rolled-back', 'unknown', 'applied']

const postgres = (code: string, outcome: Outcome = 'rolled-back') =>
  Object.assign(postgresErrorFrom(new Map([['C', code]])), { outcome })
const connection = (code: ConnectionError['code'], outcome: Outcome) =>
  new ConnectionError('gone', { code, host: 'h', port: 1, phase: 'ready', outcome })

describe('it is safe to ask once more', () => {
  test.each(['40001', '40P01', '53300', '55P03', '57P01', '57P02', '57P03'])('behind %s', (code) => {
    expect(OUTCOMES.map((outcome) => postgres(code, outcome).safeToRetry)).toEqual([true, true, false, false])
  })

  test.each(['PGWIRE_CONNECT_FAILED', 'PGWIRE_CONNECT_TIMEOUT', 'PGWIRE_CONNECTION_LOST'] as const)(
    'behind %s',
    (code) => {
      expect(OUTCOMES.map((outcome) => connection(code, outcome).safeToRetry)).toEqual([true, true, false, false])
    },
  )

  test('behind a limit of time, if nothing was sent', () => {
    expect(new PoolTimeoutError('x').safeToRetry).toBe(true)
    expect(OUTCOMES.map((outcome) => new QueryTimeoutError(1, outcome).safeToRetry)).toEqual([true, true, false, false])
  })

  test('behind a server that speaks nonsense, if nothing was sent', () => {
    const withOutcome = (outcome: Outcome) => Object.assign(new ProtocolError('x'), { outcome })
    expect(OUTCOMES.map((outcome) => withOutcome(outcome).safeToRetry)).toEqual([true, true, false, false])
  })

  test('behind a transaction that was aborted by what passes', () => {
    expect(new AbortedTransactionError(postgres('40P01')).safeToRetry).toBe(true)
    expect(new AbortedTransactionError(postgres('23505')).safeToRetry).toBe(false)
    expect(new AbortedTransactionError().safeToRetry).toBe(false)
  })
})

test.each([
  postgres('23505'),
  postgres('42601', 'not-sent'),
  postgres('57014'),
  postgres('40002'),
  postgres('40003'),
  postgres('XX000'),
  connection('PGWIRE_CONNECTION_CLOSED', 'not-sent'),
  CodecError.encode(1, 'int4', new Error('x')),
  new UsageError('x'),
  new ConfigError('x'),
  new PoolClosedError('x'),
  new OutdatedStatementError('select 1'),
  new CommitUnknownError(null, new Error('x')),
])('it is not behind $name $code', (error) => {
  expect(error.safeToRetry).toBe(false)
})

test('of an unknown error is asked without a cast', () => {
  expect(isSafeToRetry(postgres('40001'))).toBe(true)
  for (const thing of [undefined, null, 'x', new Error('x'), { safeToRetry: 'yes' }, postgres('42601')])
    expect(isSafeToRetry(thing)).toBe(false)
})
