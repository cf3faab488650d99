import { afterEach, expect, test, vi } from 'vitest'

import type { BenchSession } from './drivers/bench-driver.ts'
import { runSaturated } from './run-saturated.ts'
import type { Workload } from './workload.ts'

const saturating: Workload = {
  name: 'saturation',
  title: '',
  sql: 'select 1',
  columns: {},
  parameters: [],
  connections: 1,
  inFlight: 3,
  verb: 'saturate',
}

afterEach(() => void vi.useRealTimers())

test('all clients ask at once, and each asks again when it has given its connection back', async () => {
  const log: string[] = []
  const { executions, rows } = await runSaturated(sessionOf(log), saturating, 0)
  expect(log).toEqual(['take', 'take', 'take', 'query', 'give', 'query', 'give', 'query', 'give'])
  expect({ executions, rows }).toEqual({ executions: 3, rows: 6 })
})

test('the wait for a connection and the time with it are told apart', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  // The last of three waits for two others, and so does everybody who asks again.
  expect(await runSaturated(sessionOf([]), saturating, 2.5 * SERVICE_MS)).toMatchObject({
    executions: 5,
    acquireP99Us: 2 * SERVICE_MS * 1000,
    serviceUs: SERVICE_MS * 1000,
    wallUs: 5 * SERVICE_MS * 1000,
  })
})

test('a driver without a pool cannot take part', async () => {
  const { borrow, ...without } = sessionOf([])
  expect(borrow).toBeDefined()
  await expect(runSaturated(without, saturating, 0)).rejects.toThrow('saturation needs a pool')
})

const SERVICE_MS = 20

/** A pool of one connection. */
function sessionOf(log: string[]): BenchSession {
  const rows = [{}, {}]
  let turn = Promise.resolve()
  return {
    lanes: [],
    borrow: async () => {
      log.push('take')
      const free = turn
      const { promise, resolve } = Promise.withResolvers<void>()
      turn = promise
      await free
      const giveBack = (): void => {
        log.push('give')
        resolve()
      }
      const query = async (): Promise<unknown> => {
        log.push('query')
        if (vi.isFakeTimers()) vi.advanceTimersByTime(SERVICE_MS)
        return rows
      }
      return { query, giveBack }
    },
    rowsOf: () => rows,
    close: async () => {},
  }
}
