import { expect, test } from 'vitest'

import { Lines } from './positions.ts'

test('lines end as TypeScript has it, and columns are counted from 1', () => {
  const lines = new Lines('a\r\nbc\n\rd\u2028e')
  const places = Array.from({ length: 11 }, (_, offset) => lines.positionOf(offset))
  expect(places.map(({ line, column }) => `${line}:${column}`)).toEqual([
    '1:1',
    '1:2',
    '1:3',
    '2:1',
    '2:2',
    '2:3',
    '3:1',
    '4:1',
    '4:2',
    '5:1',
    '5:2',
  ])
})

test('a byte order mark takes no place', () => {
  const lines = new Lines('\ufeffab\nc')
  expect([0, 1, 2, 4].map((offset) => lines.positionOf(offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 1 },
    { line: 1, column: 2 },
    { line: 2, column: 1 },
  ])
})

test('columns are those of editors: a tab is one, and what is no letter of the first plane is two', () => {
  const text = '\r\n\t\u{1f4a1}x'
  expect(new Lines(text).positionOf(text.indexOf('x'))).toEqual({ line: 2, column: 4 })
})
