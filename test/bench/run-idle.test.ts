import { expect, test } from 'vitest'

import type { BenchSession } from './drivers/bench-driver.ts'
import { runIdle } from './run-idle.ts'
import type { Workload } from './workload.ts'

const idling: Workload = {
  name: 'idle',
  title: '',
  sql: 'select 1',
  columns: {},
  parameters: [],
  connections: 4,
  inFlight: 1,
  verb: 'idle',
}

const HEAP_BYTES = 4_000_000
const BUFFER_BYTES = 1_000_000

test('what connections keep is counted for each of them, on the heap and outside, and what they let go of is not', async () => {
  const log: string[] = []
  const { executions, rows, heapBytes = NaN, externalBytes = NaN } = await runIdle(async () => sessionOf(log), idling)
  expect({ executions, rows }).toEqual({ executions: 4, rows: 4 })
  expect(heapBytes).toBeGreaterThan(HEAP_BYTES * 0.95)
  expect(heapBytes).toBeLessThan(HEAP_BYTES * 1.2)
  expect(externalBytes).toBeGreaterThan(BUFFER_BYTES * 0.95)
  expect(externalBytes).toBeLessThan(BUFFER_BYTES * 1.2)
})

test('all are taken before the first is given back, and the pool is closed in the end', async () => {
  const log: string[] = []
  await runIdle(async () => sessionOf(log), idling)
  expect(log).toEqual([...Array(4).fill('take'), ...Array(4).fill('give'), 'close'])
})

test('a driver without a pool cannot take part', async () => {
  const { borrow, ...without } = sessionOf([])
  expect(borrow).toBeDefined()
  await expect(runIdle(async () => without, idling)).rejects.toThrow('idle needs a pool')
})

function sessionOf(log: string[]): BenchSession {
  const kept: unknown[] = []
  return {
    lanes: [],
    borrow: async () => {
      log.push('take')
      kept.push(numbers(HEAP_BYTES), Buffer.alloc(BUFFER_BYTES))
      return {
        query: async () => numbers(HEAP_BYTES),
        giveBack: () => void log.push('give'),
      }
    },
    rowsOf: () => [{}],
    close: async () => {
      log.push('close')
      kept.length = 0
    },
  }
}

/** An array that takes about so many bytes: doubles, eight bytes each. */
function numbers(bytes: number): number[] {
  return Array.from({ length: bytes / 8 }, (_, n) => n + 0.5)
}
