import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import { parseKeywords } from './parse-keywords.ts'

test.each<[string, [string, string][]]>([
  ['host=localhost', [['host', 'localhost']]],
  [
    'host=h port=5433 dbname=d',
    [
      ['host', 'h'],
      ['port', '5433'],
      ['dbname', 'd'],
    ],
  ],
  [
    ' \t host = h \n port\t=\t1 ',
    [
      ['host', 'h'],
      ['port', '1'],
    ],
  ],
  ["password='a b'", [['password', 'a b']]],
  ["password=''", [['password', '']]],
  ["password='it\\'s \\\\'", [['password', "it's \\"]]],
  ["password=it\\'s\\ here", [['password', "it's here"]]],
  [
    "password='a=b' user=c=d",
    [
      ['password', 'a=b'],
      ['user', 'c=d'],
    ],
  ],
  [
    "password='\n'user=u",
    [
      ['password', '\n'],
      ['user', 'u'],
    ],
  ],
  ["user=a'b", [['user', "a'b"]]],
  ['password=%41', [['password', '%41']]],
  [
    'user=a user=b',
    [
      ['user', 'a'],
      ['user', 'b'],
    ],
  ],
  ['user= ', [['user', '']]],
  ['user=a\\', [['user', 'a']]],
  ['my.setting=1', [['my.setting', '1']]],
])('%j', (text, expected) => {
  expect(parseKeywords(text)).toEqual(expected)
})

describe('refused', () => {
  test.each([
    '',
    '   ',
    'postgres',
    'host',
    'host localhost',
    '=h',
    'host=h =x',
    "password='a",
    "password='a\\'",
    "password='a\\",
    'a b=c',
    '"host"=h',
    'pq://h?a=b',
    'host=a\0b',
  ])('%j', (text) => {
    expect(() => parseKeywords(text)).toThrow(ConfigError)
  })
})

/** As a program would write it that lets nothing be misread. */
function quoted(value: string): string {
  return `'${value.replaceAll(/[\\']/g, '\\$&')}'`
}

/** The other way to write it, which the empty value has not. */
function escaped(value: string): string {
  return value.replaceAll(/[\\'\s]/g, '\\$&')
}

test('whatever is quoted or escaped comes back', () => {
  const value = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\0'))
  const entry = fc.tuple(fc.stringMatching(/^[a-z_]{1,9}$/), value, fc.boolean())
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
      const text = entries.map(([key, one, quotes]) => `${key}=${quotes ? quoted(one) : escaped(one)}`).join(' ')
      expect(parseKeywords(text)).toEqual(entries.map(([key, one]) => [key, one]))
    }),
  )
})

test('anything else is refused or read, and nothing but a ConfigError is thrown', () => {
  const piece = fc.constantFrom('a', '=', "'", '\\', ' ', '\n', ',', '@', 'é')
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      try {
        for (const [key] of parseKeywords(pieces.join(''))) expect(key).not.toBe('')
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError)
      }
    }),
  )
})
