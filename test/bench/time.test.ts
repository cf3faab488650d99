import { expect, test } from 'vitest'

import { writeTime } from './time.ts'

test.for([
  [0.0264, '0.026 µs'],
  [0.383, '0.38 µs'],
  [0.9949, '0.99 µs'],
  [0.995, '1.0 µs'],
  [41.04, '41.0 µs'],
  [99.95, '100 µs'],
  [999.5, '1.00 ms'],
  [9_995, '10.0 ms'],
] as const)('%d µs is written as %s', ([us, text]) => {
  expect(writeTime(us)).toBe(text)
})
