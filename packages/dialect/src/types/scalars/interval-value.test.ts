import { expect, test } from 'vitest'

import { InvalidValueError } from '../../errors/codec-error.ts'
import { Interval } from './interval-value.ts'

test('prints as ISO 8601, also in JSON', () => {
  const interval = new Interval({ months: 14, days: 3, microseconds: 14_706_789_000 })
  expect(String(interval)).toBe('P1Y2M3DT4H5M6.789S')
  expect(JSON.stringify({ interval })).toBe('{"interval":"P1Y2M3DT4H5M6.789S"}')
})

test('keeps the sign of each part', () => {
  expect(String(new Interval({ months: 1, days: -1, microseconds: -1 }))).toBe('P1M-1DT-0.000001S')
})

test('is exact at the ends of its range', () => {
  expect(String(new Interval({ microseconds: 2n ** 63n - 1n }))).toBe('PT2562047788H54.775807S')
})

test('refuses microseconds that no interval has, and does not quote them', () => {
  for (const microseconds of [1.5, 2 ** 53, Number.NaN]) {
    expect(() => new Interval({ microseconds })).toThrow(InvalidValueError)
    expect(() => new Interval({ microseconds })).toThrow(/^its microseconds are not a safe integer$/)
  }
})

test('is infinite in both directions', () => {
  expect(Interval.infinity.finite).toBe(false)
  expect(String(Interval.infinity)).toBe('infinity')
  expect(String(Interval.negativeInfinity)).toBe('-infinity')
  expect(new Interval({}).finite).toBe(true)
})
