import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { arrayOf } from '../arrays/array-of.ts'
import type { Codec } from '../codec.ts'
import { compositeOf } from '../composites/composite-of.ts'
import { multirangeOf } from '../ranges/multirange-of.ts'
import { rangeOf } from '../ranges/range-of.ts'
import { date } from '../scalars/date.ts'
import { int4 } from '../scalars/integers.ts'
import { money } from '../scalars/text-only.ts'
import { within } from './value-path.ts'

const pair = compositeOf({ name: 'pair' }, [
  { name: 'a', codec: int4 },
  { name: 'b "c"', codec: date },
])
const sum = compositeOf({ name: 'sum' }, [
  { name: 'at', codec: date },
  { name: 'amount', codec: money },
])
const holder = compositeOf({ name: 'holder' }, [{ name: 'pairs', codec: arrayOf(pair) }])
const int4range = rangeOf(int4, { name: 'int4range' })
const ranges = multirangeOf(int4range, { name: 'int4multirange' })
const nested = compositeOf({ name: 'nested' }, [{ name: 'inner', codec: pair }])
const ofPairs = rangeOf(pair, { name: 'of_pairs' })
const extra = { a: 1, secret: 2 }

describe.each<[string, Codec, unknown, string]>([
  ['an element', arrayOf(int4), [1, null, 3.5], 'element [2]: not an integer'],
  [
    'an element in two dimensions',
    arrayOf(int4),
    [
      [1, 2],
      [3, 4.5],
    ],
    'element [1][1]: not an integer',
  ],
  ['an undefined element', arrayOf(int4), [1, undefined], 'element [1]: undefined is not a value; NULL is null'],
  ['an inner array', arrayOf(int4), [[1], [2, 3]], 'element [1]: its inner arrays differ in depth or length'],
  ['a field', pair, { a: 1, 'b "c"': {} }, 'field "b \\"c\\"": not a date'],
  ['a field of a composite that is text', sum, { at: true, amount: 7 }, 'field "at": not a date'],
  ['a field of an element', arrayOf(pair), [{ a: 1 }, { a: 1.5 }], 'element [1], field "a": not an integer'],
  ['an element that is no composite', arrayOf(pair), [{ a: 1 }, 7], 'element [1]: not an object'],
  ['an element of a field', holder, { pairs: [{ a: true }] }, 'field "pairs", element [0], field "a": not an integer'],
  ['a property that is no field, unnamed', arrayOf(pair), [extra], 'element [0]: it has a property that is no field'],
  ['a lower bound', int4range, { lower: 1.5, upper: 2 }, 'lower bound: not an integer'],
  ['an upper bound', int4range, { lower: 1, upper: true }, 'upper bound: not an integer'],
  ['a bound in an array', arrayOf(int4range), [{ lower: 1.5 }], 'element [0], lower bound: not an integer'],
  ['a bound in a multirange', ranges, [{ lower: 1 }, { upper: 1.5 }], 'element [1], upper bound: not an integer'],
  ['a field that is no composite', nested, { inner: 7 }, 'field "inner": not an object'],
  ['a bound that is no composite', ofPairs, { upper: 7 }, 'upper bound: not an object'],
  ['a field of a bound', ofPairs, { lower: { a: 1.5 } }, 'lower bound, field "a": not an integer'],
])('%s', (_part, codec, value, message) => {
  test('is named in front of the reason, in either format', () => {
    expect(refusal(() => codec.encode(value, new SendBuffer()))).toBe(message)
    expect(refusal(() => codec.toText!(value))).toBe(message)
  })

  test('is named where the format is asked for', () => {
    expect(refusal(() => codec.prefersText?.(value)) ?? message).toBe(message)
  })
})

test('an error that is not about a value stays what it is', () => {
  const failure = new RangeError('theirs')
  expect(within('element [1]', failure)).toBe(failure)
})

function refusal(attempt: () => unknown): string | undefined {
  try {
    attempt()
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidValueError)
    return (error as Error).message
  }
  return undefined
}
