/** Values of every kind, as somebody may try to write them, and whether what is read again is what was written. */
import { isDeepStrictEqual } from 'node:util'

import { BoundedArray, Interval, Range } from 'kysely-pgwire/types'

export const probes: readonly unknown[] = [
  [null, true, false],
  [0, 1, -1, 1.5, 2 ** 31, 2 ** 40, 2 ** 53, Number.NaN, Infinity],
  [1n, -1n, 2n ** 63n, 2n ** 70n],
  ['', 'x', '1', '-1.5', 'null', '{}', '[1,2)', '2024-02-29', 'infinity', '00000000-0000-0000-0000-000000000000'],
  [new Date(0), new Date(Date.UTC(2024, 1, 29)), new Date(Number.NaN)],
  [Uint8Array.of(1, 2), new Interval({ months: 1, microseconds: 5n })],
  [new Range({ lower: 1, upper: 3 }), Range.empty],
  [[], [1], ['a'], ['1', null], [null], [true], [[1, 2]], [1n], [{ a: 1 }], [new Date(0)]],
  [{}, { a: 1 }, { a: 'x' }, { a: null }, { x: 1, y: 2 }, { lower: 1, upper: 3 }],
].flat()

/** Whether `back` is what `written` means: numbers by value, and where a type has a text for input, whatever it stands for. */
export function isWhatWasWritten(written: unknown, back: unknown): boolean {
  if (typeof written === 'string') return true
  if (typeof written === 'number' || typeof written === 'bigint') return isSameNumber(written, back)
  if (written instanceof Date) return isSameTime(written, back)
  if (written === null || typeof written !== 'object' || back === null || typeof back !== 'object')
    return Object.is(written, back)
  if (isDeepStrictEqual(written, back)) return true
  if (back instanceof BoundedArray) return isWhatWasWritten(written, back.values)
  if (Array.isArray(written)) {
    return (
      Array.isArray(back) &&
      written.length === back.length &&
      written.every((part, index) => isWhatWasWritten(part, back[index]))
    )
  }
  // The server writes ranges of whole numbers in its own way.
  if (back instanceof Range) return true
  const [one, other] = [written, back] as unknown as Record<string, unknown>[]
  const keys = [...new Set([...Object.keys(one!), ...Object.keys(other!)])]
  return keys.every((key) => isWhatWasWritten(one![key] ?? null, other![key] ?? null))
}

function isSameNumber(written: bigint | number, back: unknown): boolean {
  if (typeof back === 'string') return Number(back) === Number(written) || back === String(written)
  // A float4 is read as the shortest number that it is.
  return Object.is(back, written) || Math.fround(Number(back)) === Math.fround(Number(written))
}

function isSameTime(written: Date, back: unknown): boolean {
  if (back instanceof Date) return back.getTime() === written.getTime()
  if (typeof back !== 'string') return Number.isFinite(written.getTime())
  return written.toISOString().startsWith(back.slice(0, 10)) || back.startsWith(written.toISOString().slice(11, 19))
}

/** A reason for which the compiler takes what the server, or the driver before it, refuses. */
export interface Refusal {
  readonly reason: string
  /** The values that it is about. */
  readonly about: (value: unknown) => boolean
  /** The columns' types. */
  readonly types: RegExp
  /** The SQLSTATE, or the driver's message. */
  readonly outcome: RegExp
}

/** All there are. */
export const refusals: readonly Refusal[] = [
  {
    reason: 'a string is the text input of any type, and may be none of this one',
    about: (value) => has(value, (part) => typeof part === 'string'),
    types: /^/,
    outcome:
      /^(?:22...|42601|42602|42883|42704|42P01|42725|3F000)$|not a UUID|not a position in the log|not a string of 0 and 1|more than one byte/,
  },
  {
    reason: 'a column can be limited in length, in digits, or by a CHECK',
    about: (value) => ['string', 'number', 'bigint'].includes(typeof value),
    types: /^limited$/,
    outcome: /^(?:22001|22003|22P02|23514)$/,
  },
  {
    reason: 'an integer has a range, and no fraction',
    about: (value) => has(value, (part) => typeof part === 'number' || typeof part === 'bigint'),
    types: /^(?:int[248]|oid|xid8?|cid|limited)$/,
    outcome: /not an integer|not a safe integer|out of range for/,
  },
  {
    reason: 'of numbers, only the infinite ones are a time',
    about: (value) => has(value, (part) => typeof part === 'number'),
    types: /^(?:date|timestamp|timestamptz|interval|tsrange|tstzrange|daterange|\w+multirange)$/,
    outcome: /a number is only taken for ±Infinity|not an interval/,
  },
  {
    reason: 'JSON has finite numbers only',
    about: (value) => has(value, (part) => typeof part === 'number' && !Number.isFinite(part)),
    types: /^jsonb?$/,
    outcome: /not a finite number/,
  },
  {
    reason: 'a Date can be invalid',
    about: (value) => has(value, (part) => part instanceof Date && Number.isNaN(part.getTime())),
    types: /^(?:date|timestamp|timestamptz)$/,
    outcome: /an invalid Date/,
  },
  {
    reason: 'no part of an interval or of a range is required, but one of them is',
    about: (value) => has(value, (part) => isDeepStrictEqual(part, {})),
    types: /^(?:interval|\w+range)$/,
    outcome: /an interval has months, days and microseconds|a range without bounds/,
  },
]

function has(value: unknown, test: (part: unknown) => boolean): boolean {
  if (test(value)) return true
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((part) => has(part, test))
}
