import fc from 'fast-check'
import { expect, test } from 'vitest'

import { tagsOf } from './tags.ts'

test.each([
  [null, null, undefined, undefined],
  ['Settings.', 'Settings.', undefined, undefined],
  ['Settings. @type {Settings}', 'Settings.', 'Settings', undefined],
  ['@type {{ a: { b: string }[] }}', null, '{ a: { b: string }[] }', undefined],
  ["@type { import('./x.ts').Y } more", 'more', "import('./x.ts').Y", undefined],
  ['A grid. @dimensions 2', 'A grid.', undefined, 2],
  ['@dimensions 3 @type {X}', null, 'X', 3],
  ['mail@type {x}', 'mail@type {x}', undefined, undefined],
  ['@type {unclosed', '@type {unclosed', undefined, undefined],
  ['@dimensions 7', '@dimensions 7', undefined, undefined],
  ['@dimensions 22', '@dimensions 22', undefined, undefined],
])('%j says %j, type %j, dimensions %j', (comment, left, type, dimensions) => {
  expect(tagsOf(comment)).toEqual({ comment: left, type, dimensions })
})

test('a comment of any text is read, and one without an @ stays as it is', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { comment } = tagsOf(text)
      if (!text.includes('@')) expect(comment ?? '').toBe(text.trim())
    }),
  )
})
