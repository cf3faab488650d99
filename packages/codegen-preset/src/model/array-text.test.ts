import { expect, test } from 'vitest'

import { arrayRangeText, arrayText } from './array-text.ts'

test.each([
  ['(number | null)[]', 1, '(number | null)[]'],
  ['(number | null)[]', 2, '(number | null)[][]'],
  ['(string | number | null)[]', 3, '(string | number | null)[][][]'],
  ['(number | null)[]', 0, "import('kysely-pgwire/types').PgArray<number>"],
  ['((number | null)[] | null)[]', 0, "import('kysely-pgwire/types').PgArray<(number | null)[]>"],
  ['string', 0, 'string'],
  ["import('kysely-pgwire/types').BoundedArray<string>", 2, "import('kysely-pgwire/types').BoundedArray<string>"],
  ['number[]', 2, 'number[]'],
])('%s in %i dimensions is %s', (text, dimensions, expected) => {
  expect(arrayText(text, dimensions)).toBe(expected)
})

test.each([
  ["import('m').Range<(number | null)[]>", "import('m').Range<import('kysely-pgwire/types').PgArray<number>>"],
  [
    "import('m').RangeLike<(Range<number> | null)[]>",
    "import('m').RangeLike<import('kysely-pgwire/types').PgArray<Range<number>>>",
  ],
  ["import('m').Range<string>", "import('m').Range<string>"],
  ['string', 'string'],
])('what %s is of has any number of dimensions', (text, expected) => {
  expect(arrayRangeText(text)).toBe(expected)
})
