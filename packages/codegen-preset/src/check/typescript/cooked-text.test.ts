import { runInNewContext } from 'node:vm'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { cookedText } from './cooked-text.ts'

/** What the language itself makes of it; undefined for an escape that is none. */
function cookedByTheLanguage(raw: string): string | undefined {
  return runInNewContext(`((strings) => strings[0])\`${raw}\``) as string | undefined
}

test('a literal part is cooked as the language does it', () => {
  const pieces = fc.constantFrom(
    'a',
    'ü',
    '💡',
    '\\n',
    '\\\\',
    '\\`',
    '\\$',
    '\\x41',
    '\\x4',
    '\\u0041',
    '\\u{1F4A1}',
    '\\u{110000}',
    '\\u{',
    '\\0',
    '\\01',
    '\\1',
    '\\8',
    '\\\n',
    '\\\r\n',
    '\r',
    '\r\n',
    '\n',
    '\\q',
    '\\\u2028',
    '\\v',
    '\\b',
    "'",
    '\\u',
    '0',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const raw = parts.join('')
      expect(cookedText(raw, 0)?.text).toBe(cookedByTheLanguage(raw))
    }),
    { numRuns: 1000 },
  )
})

test('each character is where it is written', () => {
  const raw = 'a\\nb\\u{41}💡\r\n\\\nc'
  const cooked = cookedText(raw, 100)!
  expect(cooked.text).toBe('a\nbA💡\nc')
  const offsets = Array.from({ length: cooked.text.length + 1 }, (_, index) => cooked.offsetOf(index) - 100)
  expect(offsets).toEqual([0, 1, 3, 4, 10, 11, 12, 16, 17])
  expect(raw[16]).toBe('c')
})

test('without escapes the offsets are counted on', () => {
  expect(cookedText('select', 7)?.offsetOf(3)).toBe(10)
})
