import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { expect, test } from 'vitest'

import { InvalidValueError } from '../../errors/codec-error.ts'
import { plainDateTimeText } from './temporal-input.ts'
import { formatTimestamp, parseTimestamp, TIMESTAMP_INFINITY, TIMESTAMP_NEGATIVE_INFINITY } from './timestamp-text.ts'

const FIRST = -211_813_488_000_000_000n
const END = 9_223_371_331_200_000_000n
const EPOCH = Temporal.PlainDateTime.from('2000-01-01T00:00:00')

const anyTimestamp = fc.oneof(
  fc.bigInt({ min: FIRST, max: END - 1n }),
  // Within the years that have four digits, and around their limits.
  fc.bigInt({ min: -63_113_904_000_000_000n - 10n ** 12n, max: 252_455_616_000_000_000n + 10n ** 12n }),
  fc.constantFrom(FIRST, END - 1n, TIMESTAMP_INFINITY, TIMESTAMP_NEGATIVE_INFINITY),
)

test('every timestamp is read as it was printed', () => {
  fc.assert(
    fc.property(anyTimestamp, fc.boolean(), (microseconds, zoned) => {
      expect(parseTimestamp(formatTimestamp(microseconds, zoned ? '+00' : ''), zoned)).toBe(microseconds)
    }),
    { numRuns: 5_000 },
  )
})

test('a timestamp is printed as Temporal reckons', () => {
  const inReach = fc.bigInt({ min: FIRST, max: 8_639_053_315_200_000_000n })
  fc.assert(
    fc.property(inReach, (microseconds) => {
      const days = microseconds / 86_400_000_000n
      const dateTime = EPOCH.add({ days: Number(days), microseconds: Number(microseconds % 86_400_000_000n) })
      expect(trimmed(formatTimestamp(microseconds, ''))).toBe(trimmed(plainDateTimeText(dateTime)!))
    }),
    { numRuns: 5_000 },
  )
})

test('what lies beyond the server’s range is refused', () => {
  for (const beyond of [FIRST - 1n, END, TIMESTAMP_INFINITY - 1n, TIMESTAMP_NEGATIVE_INFINITY + 1n]) {
    expect(() => formatTimestamp(beyond, '')).toThrow(InvalidValueError)
  }
  for (const text of [
    '4714-11-23 23:59:59.999999 BC',
    '294277-01-01 00:00:00',
    '2024-02-30 00:00:00',
    'tomorrow',
    '',
  ]) {
    expect(() => parseTimestamp(text, false)).toThrow(InvalidValueError)
  }
})

/** Without the zeros at the end of a fraction, which the server leaves out. */
function trimmed(text: string): string {
  return text.replace(/(\.\d*?)0+(?=$| BC)/, '$1').replace(/\.(?=$| BC)/, '')
}
