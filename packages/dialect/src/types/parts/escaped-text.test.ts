import fc from 'fast-check'
import { expect, test } from 'vitest'

import { escapeText, unescapeText } from './escaped-text.ts'

const texts = fc.string({ unit: fc.constantFrom('"', '\\', 'a', '🐘'), maxLength: 24 })
const pieceLengths = fc.integer({ min: 1, max: 25 })

test('text in pieces is escaped as it is in one', () => {
  fc.assert(
    fc.property(texts, pieceLengths, (text, pieceLength) => {
      for (const replacement of ['$&$&', '\\$&']) {
        expect(escapeText(text, /["\\]/g, replacement, pieceLength)).toBe(text.replace(/["\\]/g, replacement))
      }
    }),
  )
})

test('text in pieces is read as it is in one', () => {
  fc.assert(
    fc.property(texts, pieceLengths, (text, pieceLength) => {
      expect(unescapeText(text, '\\', pieceLength)).toBe(text.replace(/\\([^])/g, '$1'))
      expect(unescapeText(text, '"\\', pieceLength)).toBe(text.replace(/["\\]([^])/g, '$1'))
    }),
  )
})

test('an escape is never cut in two', () => {
  expect(unescapeText(String.raw`\\\\\\a`, '\\', 1)).toBe(String.raw`\\\a`)
  expect(unescapeText(String.raw`a\\b\\`, '\\', 2)).toBe(String.raw`a\b` + '\\')
  expect(unescapeText(String.raw`""\""`, '"\\', 3)).toBe('"""')
})
