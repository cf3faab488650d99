import { expect, test } from 'vitest'

import { subscribeTelemetry } from './subscribe.ts'
import { SupplyTracing } from './supply-tracing.ts'
import type { OutageTrace } from './traces.ts'

const stats = { idle: 0, busy: 0, connecting: 0, waiting: 0 }
const pool = { name: 'localhost:5432/shop', max: 1, min: 0, stats }
const traced = { processId: 1, host: 'localhost', port: 5432, database: 'shop', user: 'app' }

/** What is told of outages by `act`, each time with the failures so far. */
function told(act: (tracing: SupplyTracing) => void, tracing = new SupplyTracing(pool)): string[] {
  const steps: string[] = []
  const note = (step: string) => (trace: OutageTrace) => void steps.push(`${step} ${trace.failures}`)
  const end = subscribeTelemetry('pgwire:pool:outage', { start: note('begins'), asyncEnd: note('ends') })
  act(tracing)
  end()
  return steps
}

test('an outage begins with the first failure and ends with the first success', () => {
  const steps = told((tracing) => {
    tracing.recovered()
    for (let attempt = 0; attempt < 3; attempt++) tracing.failed(new Error('down'))
    tracing.recovered()
    tracing.recovered()
    tracing.failed(new Error('down again'))
  })
  expect(steps).toEqual(['begins 1', 'ends 3', 'begins 1'])
})

test('of one that began unheard, the next failure is the beginning', () => {
  const tracing = new SupplyTracing(pool)
  tracing.failed(new Error('down'))
  expect(told(() => tracing.recovered(), tracing)).toEqual([])
  tracing.failed(new Error('down'))
  expect(told(() => tracing.failed(new Error('still down')), tracing)).toEqual(['begins 1'])
})

test('the last failure is on the trace', () => {
  const failures: unknown[] = []
  const end = subscribeTelemetry('pgwire:pool:outage', { asyncEnd: ({ failure }) => void failures.push(failure) })
  const tracing = new SupplyTracing(pool)
  const last = new Error('last')
  tracing.failed(new Error('first'))
  tracing.failed(last)
  tracing.recovered()
  end()
  expect(failures).toEqual([last])
})

test('without a subscriber an opening is the opening alone, and nothing is asked of what is closed', async () => {
  const tracing = new SupplyTracing(pool)
  const opened = Promise.resolve({ traced })
  expect(tracing.opening('waiting', () => opened)).toBe(opened)
  const asked: string[] = []
  const connection = {
    get traced() {
      asked.push('traced')
      return traced
    },
    get lossError() {
      asked.push('lossError')
      return null
    },
  }
  tracing.closed({ connection, openedAt: 0, uses: 1 }, 'idle')
  expect(asked).toEqual([])
  const end = subscribeTelemetry('pgwire:pool:close', () => {})
  tracing.closed({ connection, openedAt: 0, uses: 1 }, 'idle')
  end()
  expect(asked).toEqual(['traced', 'lossError'])
})
