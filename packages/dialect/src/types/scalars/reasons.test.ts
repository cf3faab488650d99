import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import type { Codec } from '../codec.ts'
import { date } from './date.ts'
import { interval } from './interval.ts'
import { money } from './text-only.ts'
import { timetz } from './time.ts'
import { timestamp, timestamptz } from './timestamp.ts'

const INFINITY_ONLY = 'a number is only taken for ±Infinity; pass a Date'

describe.each<[string, Codec, unknown, string]>([
  ['Date.now() as timestamptz', timestamptz, 1_700_000_000_000, INFINITY_ONLY],
  ['Date.now() as timestamp', timestamp, 1_700_000_000_000, INFINITY_ONLY],
  ['a number as date', date, 20_000, "a number is only taken for ±Infinity; pass 'YYYY-MM-DD'"],
  [
    'Infinity as interval',
    interval,
    -Infinity,
    'an infinite interval is Interval.infinity or Interval.negativeInfinity',
  ],
  [
    'a field that is undefined',
    interval,
    { months: undefined },
    'one of its fields is undefined; leave it out for zero',
  ],
  [
    'a time without an offset',
    timetz,
    Temporal.PlainTime.from('12:00'),
    "a Temporal.PlainTime where a timetz, such as '20:31:23+02', belongs",
  ],
  ['a fraction as money', money, 12.5, 'its decimal point depends on lc_monetary: pass text'],
  ['a sum beyond safe integers', money, 2 ** 53, 'not a safe integer: pass a bigint or a string'],
])('%s', (_value, codec, value, reason) => {
  test('is refused with what to pass, in either format', () => {
    expect(() => codec.encode(value, new SendBuffer())).toThrow(new InvalidValueError(reason))
    expect(() => codec.toText!(value)).toThrow(new InvalidValueError(reason))
  })
})

test('money takes text and whole numbers of any size', () => {
  expect(['1,50', 7, -7n, 10n ** 16n].map((amount) => money.toText!(amount))).toEqual([
    '1,50',
    '7',
    '-7',
    '10000000000000000',
  ])
})
