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
