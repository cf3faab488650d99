import { expect, test } from 'vitest'

import { CommitUnknownError } from '../errors/commit-unknown-error.ts'
import { subscribeTelemetry } from './subscribe.ts'
import type { TransactionTrace } from './traces.ts'
import { TransactionTracing } from './transaction-tracing.ts'

const connection = { processId: 1, host: 'localhost', port: 5432, database: 'shop', user: 'app' }

/** What is told of a transaction that ends so. */
function told(end: (tracing: TransactionTracing) => void): TransactionTrace[] {
  const traces: TransactionTrace[] = []
  const stop = subscribeTelemetry('pgwire:transaction', { asyncEnd: (trace) => void traces.push(trace) })
  const tracing = TransactionTracing.begin(connection, false)
  if (tracing !== undefined) end(tracing)
  stop()
  return traces
}

test('without a subscriber, or on what is no connection, there is nothing to trace', () => {
  expect(TransactionTracing.begin(connection, false)).toBeUndefined()
  const stop = subscribeTelemetry('pgwire:transaction', { start: () => {} })
  expect(TransactionTracing.begin(null, false)).toBeUndefined()
  stop()
})

test('of several ends the first counts', () => {
  const ends = told((tracing) => {
    tracing.committed()
    tracing.failed(new Error('late'))
    tracing.rolledBack()
  })
  expect(ends).toMatchObject([{ outcome: 'committed', error: undefined }])
})

test('only of a commit whose answer was lost is the outcome unknown', () => {
  const lost = new CommitUnknownError(null, undefined)
  expect(told((tracing) => tracing.failed(lost))).toMatchObject([{ outcome: 'unknown', error: lost }])
  const statement = Object.assign(new Error('lost'), { outcome: 'unknown', code: 'PGWIRE_CONNECTION_LOST' })
  expect(told((tracing) => tracing.failed(statement))).toMatchObject([{ outcome: 'rolled-back', error: statement }])
})
