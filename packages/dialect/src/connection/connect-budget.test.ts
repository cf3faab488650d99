import { expect, test } from 'vitest'

import { ConnectBudget } from './connect-budget.ts'

test('each of those that are left has the same share, and what one leaves over is theirs', () => {
  const budget = new ConnectBudget(900, 1000)
  expect(budget.share(3, 1000).totalMs).toBe(300)
  // The first was refused at once, the second took 500 ms.
  expect(budget.share(2, 1000).totalMs).toBe(450)
  expect(budget.share(1, 1500).totalMs).toBe(400)
})

test('a share is shared out in turn', () => {
  const share = new ConnectBudget(900, 0).share(3, 0)
  expect(share.share(2, 100).totalMs).toBe(100)
  expect(share.leftMs(100)).toBe(200)
  expect(share.spent(299)).toBe(false)
  expect(share.spent(300)).toBe(true)
})

test('when it is spent there is 1 left, as 0 would be no limit', () => {
  const budget = new ConnectBudget(100, 0)
  expect(budget.leftMs(1000)).toBe(1)
  expect(budget.spent(100)).toBe(true)
})

test('without a limit there is none for anybody', () => {
  const budget = new ConnectBudget(0, 0)
  expect(budget.share(3, 1e9)).toMatchObject({ totalMs: 0 })
  expect(budget.leftMs(1e9)).toBe(0)
  expect(budget.share(3, 1e9).spent(2e9)).toBe(false)
})
