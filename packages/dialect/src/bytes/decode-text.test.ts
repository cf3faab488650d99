import { expect, test } from 'vitest'

import { decodeAscii, decodeText } from './decode-text.ts'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz'

test('every length of ASCII comes out as it is, wherever it stands', () => {
  const bytes = Buffer.from(`--${ALPHABET}--`)
  for (let length = 0; length <= ALPHABET.length; length++) {
    expect(decodeText(bytes, 2, length)).toBe(ALPHABET.slice(0, length))
    expect(decodeAscii(bytes, 2, length)).toBe(ALPHABET.slice(0, length))
  }
})

test('a character beyond ASCII is found at every position of every length', () => {
  for (let length = 2; length <= 20; length++) {
    for (let at = 0; at <= length - 2; at++) {
      const text = `${ALPHABET.slice(0, at)}ü${ALPHABET.slice(at, length - 2)}`
      expect(decodeText(Buffer.from(text), 0, length)).toBe(text)
    }
  }
})

test('characters of four bytes and bytes that are no UTF-8', () => {
  expect(decodeText(Buffer.from('🐘'), 0, 4)).toBe('🐘')
  expect(decodeText(Buffer.from([0x80]), 0, 1)).toBe('\ufffd')
})
