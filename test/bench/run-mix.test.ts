import { describe, expect, test } from 'vitest'

import type { BenchSession } from './drivers/bench-driver.ts'
import { runMix } from './run-mix.ts'
import type { Workload } from './workload.ts'

describe('a mix', () => {
  const mixed: Workload = {
    name: 'mix',
    title: '',
    sql: 'select 1',
    columns: {},
    parameters: [],
    connections: 1,
    inFlight: 5,
    verb: 'query',
    mix: { burstEveryMs: 1, slowOneIn: 10, slowSql: '' },
  }

  test('has one slow execution in so many, whose latency does not count', async () => {
    const called = { fast: 0, slow: 0 }
    const { executions, rows, p99Us = NaN, wallUs } = await runMix(sessionOf(called), mixed, 20)
    expect(called).toEqual({ fast: 90, slow: 10 })
    expect({ executions, rows }).toEqual({ executions: 100, rows: 100 })
    expect(p99Us).toBeLessThan(SLOW_MS * 1000)
    expect(wallUs).toBeGreaterThan(SLOW_MS * 1000)
  })

  test('does not wait for the slow ones with the next burst', async () => {
    const called = { fast: 0, slow: 0 }
    const { wallUs } = await runMix(sessionOf(called), { ...mixed, mix: { ...mixed.mix!, slowOneIn: 5 } }, 10)
    expect(called).toEqual({ fast: 40, slow: 10 })
    expect(wallUs).toBeLessThan(5 * SLOW_MS * 1000)
  })

  test('needs a driver that has the slow query', async () => {
    const { slow, ...without } = sessionOf({ fast: 0, slow: 0 })
    expect(slow).toBeDefined()
    await expect(runMix(without, mixed, 10)).rejects.toThrow('mix needs a slow query')
  })
})

const SLOW_MS = 200

function sessionOf(called: { fast: number; slow: number }): BenchSession {
  const rows = [{}]
  return {
    lanes: Array.from({ length: 5 }, () => async () => {
      called.fast++
      return rows
    }),
    slow: async () => {
      called.slow++
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS))
      return rows
    },
    rowsOf: () => rows,
    close: async () => {},
  }
}
