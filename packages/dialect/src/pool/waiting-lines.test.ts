import { expect, test } from 'vitest'

import type { Lane } from './lane.ts'
import type { Waiter } from './waiters.ts'
import { WaitingLines } from './waiting-lines.ts'

function waiter(order: number, rejected: unknown[] = []): Waiter<Lane> {
  return {
    order,
    pace: null,
    resolve: () => {},
    reject: (reason) => rejected.push(reason),
    settled: () => {},
    next: null,
  }
}

test('nobody waits in the earliest of two empty lines', () => {
  const lines = new WaitingLines()
  expect(lines.earliest).toBeNull()
  expect(lines.length).toBe(0)
})

test('whoever came first is served first, in whichever line', () => {
  const lines = new WaitingLines()
  for (const order of [1, 4, 5]) lines.waiters.add(waiter(order))
  for (const order of [2, 3, 6]) lines.riders.add(waiter(order))
  expect(lines.length).toBe(6)
  const served = Array.from({ length: 7 }, () => lines.earliest?.take()?.order)
  expect(served).toEqual([1, 2, 3, 4, 5, 6, undefined])
})

test('all are rejected, each with an error of its own', () => {
  const lines = new WaitingLines()
  const rejected: unknown[] = []
  lines.waiters.add(waiter(1, rejected))
  lines.riders.add(waiter(2, rejected))
  lines.rejectAll(() => new Error('no more'))
  expect(rejected).toEqual([new Error('no more'), new Error('no more')])
  expect(rejected[0]).not.toBe(rejected[1])
  expect(lines.length).toBe(0)
})
