import { afterEach, expect, test, vi } from 'vitest'

import type { BenchSession, Borrowed } from './drivers/bench-driver.ts'
import { runConnects } from './run-connects.ts'
import type { Workload } from './workload.ts'

const connecting: Workload = {
  name: 'connect',
  title: '',
  sql: 'select 1',
  columns: {},
  parameters: [],
  connections: 1,
  inFlight: 1,
  verb: 'connect',
}

afterEach(() => void vi.useRealTimers())

test('one connection is opened when the one before it is closed', async () => {
  const log: string[] = []
  const { executions, openUs, wallUs, turnUs } = await runConnects(sessionOf(log), connecting, 0)
  expect(log).toEqual(['open', 'close'])
  expect(executions).toBe(1)
  expect(openUs).toBeLessThanOrEqual(wallUs)
  expect(turnUs).toBeUndefined()
})

test('several are opened at once, then closed, and the turns of the event loop are watched', async () => {
  const log: string[] = []
  const session = sessionOf(log, () => busyFor(BUSY_MS))
  const { executions, turnUs, turnCpuUs } = await runConnects(session, { ...connecting, inFlight: 3 }, 0)
  expect(log).toEqual(['open', 'open', 'open', 'close', 'close', 'close'])
  expect(executions).toBe(3)
  expect(turnUs).toBeGreaterThanOrEqual(BUSY_MS * 1000)
  expect(turnCpuUs).toBeGreaterThan(0)
})

test('it goes on until the time is over, which is looked at when all are closed', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const session = sessionOf([])
  const borrow = async (): Promise<Borrowed> => {
    vi.advanceTimersByTime(30)
    return session.borrow!()
  }
  const { executions, openUs, wallUs } = await runConnects({ ...session, borrow }, connecting, 70)
  expect({ executions, openUs, wallUs }).toEqual({ executions: 3, openUs: 30_000, wallUs: 90_000 })
})

test('a driver that opens no connections cannot take part', async () => {
  const { borrow, ...without } = sessionOf([])
  expect(borrow).toBeDefined()
  await expect(runConnects(without, connecting, 0)).rejects.toThrow('connect needs connections')
})

const BUSY_MS = 30

function busyFor(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until) Math.random()
}

function sessionOf(log: string[], work = () => {}): BenchSession {
  return {
    lanes: [],
    borrow: async () => {
      log.push('open')
      await new Promise((resolve) => setImmediate(resolve))
      work()
      return { query: async () => [], giveBack: () => void log.push('close') }
    },
    rowsOf: () => [],
    close: async () => {},
  }
}
