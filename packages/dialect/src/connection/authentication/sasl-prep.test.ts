import { expect, test } from 'vitest'

import { saslPrep } from './sasl-prep.ts'
import { inRanges, LEFT_TO_RIGHT, parseRanges, RIGHT_TO_LEFT, UNASSIGNED } from './stringprep-tables.ts'

test.each([
  // RFC 4013, section 3, as far as PostgreSQL follows it.
  ['I\u00adX', 'IX', 'a soft hyphen vanishes'],
  ['user', 'user', 'ASCII stays'],
  ['USER', 'USER', 'capitals stay'],
  ['\u00aa', 'a', 'normalised by NFKC'],
  ['\u2168', 'IX', 'normalised by NFKC, not equal to its input'],
  // Beyond the RFC's examples.
  ['nonascii\u1680space', 'nonascii space', 'a space that is not ASCII becomes one that is'],
  ['ab\u2000c', 'ab c', 'so does an en quad'],
  ['a\u200bb', 'a b', 'a zero-width space is a space before it is nothing'],
  ['common\u1806nothing', 'commonnothing', 'mapped to nothing'],
  ['a\ufe0fb', 'ab', 'a variation selector vanishes'],
  ['ab\ufb01c', 'abfic', 'a ligature is taken apart'],
  ['e\u0301', '\u00e9', 'a letter and its accent become one'],
  ['\u0627\u0031\u0628', '\u0627\u0031\u0628', 'digits may stand within text from right to left'],
  ['\u0627 \u0628', '\u0627 \u0628', 'and so may spaces'],
  ['\u{2f800}', '\u4e3d', 'beyond the basic plane'],
])('prepares %j to %j: %s', (password, prepared) => {
  expect(saslPrep(password)).toBe(prepared)
})

test.each([
  // RFC 4013, section 3: prohibited, or bidirectional in a way that is not allowed.
  ['\u0007', 'a control character alone'],
  ['\u0627\u0031', 'from right to left, but the last character is not'],
  ['ab\u007fc', 'ASCII is never touched'],
  ['\u00aa\u007f', 'a control character beside one that NFKC would change'],
  ['\u00aa\u0085', 'a control character beyond ASCII'],
  ['\u00aa\u206ac', 'deprecated'],
  ['\u00aa\ue000c', 'private use'],
  ['\u00aa\ufdd0c', 'no character'],
  ['\u00aa\u{1ffff}', 'no character, beyond the basic plane'],
  ['\u00aa\u2ff0c', 'ideographic description'],
  ['\u00aa\u{e0001}', 'a language tag'],
  ['\u00aa\u0340', 'prohibited before normalisation, not after it'],
  ['\u00aa\u0221', 'not assigned in Unicode 3.2'],
  ['\u00aa\u{1f600}', 'an emoji, which came after Unicode 3.2'],
  ['\u00aa\u{1f12b}', 'came after Unicode 3.2, although NFKC would give a letter'],
  ['\u0627\u00aa\u0628', 'a letter from left to right within text from right to left'],
  ['1\u0627', 'from right to left, but the first character is not'],
  ['\u00ad', 'nothing is left'],
  ['\u00ad\u200d', 'nothing is left of two'],
])('takes %j as it is: %s', (password) => {
  expect(saslPrep(password)).toBe(password)
})

test('the tables have as many code points as those of RFC 3454', () => {
  const count = (table: string): number => {
    const ranges = parseRanges(table)
    let codePoints = 0
    for (let index = 0; index < ranges.length; index += 2) {
      codePoints += (ranges[index + 1] ?? 0) - (ranges[index] ?? 0) + 1
    }
    return codePoints
  }
  expect(count(UNASSIGNED)).toBe(879_309)
  expect(count(RIGHT_TO_LEFT)).toBe(1044)
  expect(count(LEFT_TO_RIGHT)).toBe(229_973)
})

test('the bounds of a range belong to it, their neighbours do not', () => {
  const unassigned = parseRanges(UNASSIGNED)
  const members = [0x220, 0x221, 0x222, 0x233, 0x234, 0x24f, 0x250].map((codePoint) => inRanges(unassigned, codePoint))
  expect(members).toEqual([false, true, false, false, true, true, false])
  expect(inRanges(unassigned, 0x0)).toBe(false)
  expect(inRanges(unassigned, 0x10_ffff)).toBe(false)
  expect(inRanges(unassigned, 0xe_fffd)).toBe(true)
})
