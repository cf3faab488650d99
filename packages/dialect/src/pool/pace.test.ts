import fc from 'fast-check'
import { expect, test } from 'vitest'

import { Pace, SHORT_MS } from './pace.ts'

const QUICK = 1
const SLOW = SHORT_MS + 1

/** Quick runs until it shares. */
function runsUntilShared(pace: Pace): number {
  let runs = 0
  for (; !pace.shares; runs++) pace.took(QUICK)
  return runs
}

test('a statement shares after two quick runs', () => {
  expect(runsUntilShared(new Pace('select 1'))).toBe(2)
})

test('one that leaves something behind never shares', () => {
  const pace = new Pace('set a.b = 1')
  for (let run = 0; run < 100; run++) pace.took(QUICK)
  expect(pace.shares).toBe(false)
})

test('what takes as long as the bound is quick, and a little more is not', () => {
  const pace = new Pace('select 1')
  pace.took(SHORT_MS)
  pace.took(SHORT_MS)
  expect(pace.shares).toBe(true)
  pace.took(SHORT_MS + 0.001)
  expect(pace.shares).toBe(false)
})

test('a first run that is slow is followed by four that are quick', () => {
  const pace = new Pace('select 1')
  pace.took(SLOW)
  expect(runsUntilShared(pace)).toBe(4)
})

test('one that is slow each time it shares has to prove more and more, up to 2,048', () => {
  const pace = new Pace('select 1')
  const proofs = Array.from({ length: 12 }, () => {
    pace.took(SLOW)
    return runsUntilShared(pace)
  })
  expect(proofs).toEqual([4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 2_048, 2_048])
})

test('quick runs make up for it again, down to four', () => {
  const pace = new Pace('select 1')
  for (let run = 0; run < 6; run++) pace.took(SLOW)
  // Each 4,096 halve it.
  for (let run = 0; run < 6 * 4_096; run++) pace.took(QUICK)
  pace.took(SLOW)
  expect(runsUntilShared(pace)).toBe(4)
})

test.each([5, 36, 99, 500, 2_000])(
  'one that is slow once in %i runs has company in ten slow runs at most',
  (period) => {
    expect(sharedSlowRuns(period, 60 * period)).toBeLessThanOrEqual(10)
  },
)

test('slow runs behind one another are each noted, and one that is known to be slow is never shared meanwhile', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (slow) => {
      const pace = new Pace('select 1')
      let quickInARow = 0
      for (const each of slow) {
        pace.took(each ? SLOW : QUICK)
        quickInARow = each ? 0 : quickInARow + 1
        if (pace.shares) expect(quickInARow).toBeGreaterThanOrEqual(2)
      }
    }),
  )
})

test('a stall of the process now and then costs a statement that is always quick no more than four runs alone', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 4_096, max: 5_000 }), { minLength: 1, maxLength: 5 }), (pauses) => {
      const pace = new Pace('select 1')
      for (let run = 0; run < 2; run++) pace.took(QUICK)
      for (const pause of pauses) {
        for (let run = 0; run < pause; run++) pace.took(QUICK)
        pace.took(SLOW)
        expect(runsUntilShared(pace)).toBeLessThanOrEqual(8)
      }
    }),
  )
})

/** Of how many slow runs a statement that is slow once in `period` runs had company. */
function sharedSlowRuns(period: number, runs: number): number {
  const pace = new Pace('select 1')
  let shared = 0
  for (let run = 1; run <= runs; run++) {
    const slow = run % period === 0
    if (slow && pace.shares) shared++
    pace.took(slow ? SLOW : QUICK)
  }
  return shared
}

test('a statement that is slow once in up to 30 runs shares at most four of its slow ones, ever', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 3_000 }), (period, runs) => {
      expect(sharedSlowRuns(period, runs)).toBeLessThanOrEqual(4)
    }),
  )
})
