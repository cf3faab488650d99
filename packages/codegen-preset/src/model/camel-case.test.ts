import { expect, test } from 'vitest'

import { camelCase, survivesCamelCase } from './camel-case.ts'

test.each([
  ['user_id', 'userId', true],
  ['id', 'id', true],
  ['userId', 'userId', false],
  ['a__b', 'aB', false],
  ['_under', '_Under', false],
  ['line_2', 'line2', false],
  ['Total', 'Total', false],
])('%s is %s in results, and back again: %o', (name, inResults, survives) => {
  expect([camelCase(name), survivesCamelCase(name)]).toEqual([inResults, survives])
})
