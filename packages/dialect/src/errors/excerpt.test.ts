import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { excerptOf } from './excerpt.ts'

/** The excerpt for the place in `marked` where «¦» stands. */
function excerptAt(marked: string): string | undefined {
  const [before = '', after = ''] = marked.split('¦')
  return excerptOf(before + after, String(Array.from(before).length + 1))
}

describe('an excerpt', () => {
  test.each([
    ['of the only line', 'select * ¦form t', 'LINE 1: select * form t\n                 ^'],
    ['of the first character', '¦sele', 'LINE 1: sele\n        ^'],
    ['of the end', 'select 1 +¦', 'LINE 1: select 1 +\n                  ^'],
    ['of a line in the middle', 'select\n  ¦x\nfrom t', 'LINE 2:   x\n          ^'],
    ['behind \\r\\n', 'select\r\n\r\n¦x\r\nfrom t', 'LINE 3: x\n        ^'],
    ['behind \\r', 'select\r¦x\rfrom t', 'LINE 2: x\n        ^'],
    ['of a \\n', 'select¦\nx', 'LINE 1: select\n              ^'],
    ['of the \\n of a \\r\\n', 'select\r¦\nx', 'LINE 1: select\n              ^'],
    ['behind a last \\n', 'select\n¦', 'LINE 2: \n        ^'],
    ['behind tabs', '\t\t¦x', 'LINE 1:   x\n          ^'],
    ['behind characters of two UTF-16 units', "'𝒳𝒳' ¦x", "LINE 1: '𝒳𝒳' x\n             ^"],
    ['behind wide characters', "'漢字' ¦x", "LINE 1: '漢字' x\n               ^"],
    ['behind emoji', "'🐘' ¦x", "LINE 1: '🐘' x\n             ^"],
    ['behind combining characters', "'e\u0301' ¦x", "LINE 1: 'e\u0301' x\n            ^"],
    ['with what would colour a terminal', "'\u001b[31m' ¦x", "LINE 1: ' [31m' x\n                ^"],
    ['of an empty statement', '¦', 'LINE 1: \n        ^'],
  ])('%s', (_what, marked, excerpt) => {
    expect(excerptAt(marked)).toBe(excerpt)
  })

  test('of a long line shows what is around the place', () => {
    const excerpt = excerptAt(`${'a'.repeat(60)}¦${'b'.repeat(40)}`)
    expect(excerpt).toBe(`LINE 1: …${'a'.repeat(50)}${'b'.repeat(30)}…\n${' '.repeat(59)}^`)
    expect(excerptAt(`${'a'.repeat(50)}¦${'b'.repeat(30)}`)).not.toContain('…')
  })

  test('of a long line cuts no character in two', () => {
    expect(excerptAt(`${'𝒳'.repeat(30)}a¦b${'𝒳'.repeat(30)}`)).toBe(
      `LINE 1: …${'𝒳'.repeat(24)}ab${'𝒳'.repeat(14)}…\n${' '.repeat(34)}^`,
    )
  })

  test.each(['0', '-1', '9', '1.5', 'x', 'NaN', 'Infinity', '1e400'])(
    'of position %s in 7 characters is none',
    (position) => {
      expect(excerptOf('select1', position)).toBeUndefined()
    },
  )

  test('of a position in megabytes is found', () => {
    const rows = "insert into t values ('x')\n".repeat(100_000)
    expect(excerptAt(`${rows}¦oops`)).toBe('LINE 100001: oops\n             ^')
  })
})

const text = fc.string({
  unit: fc.constantFrom('a', ' ', '\t', '\n', '\r', '\r\n', 'é', '漢', '🐘', 'e\u0301', '\u0000'),
  maxLength: 200,
})

test('every position in a text has an excerpt of two lines, whose caret stands below the character', () => {
  fc.assert(
    fc.property(text, fc.nat(), (sql, random) => {
      const characters = Array.from(sql)
      const position = (random % (characters.length + 1)) + 1
      const lines = excerptOf(sql, String(position))?.split('\n') ?? []
      expect(lines).toHaveLength(2)
      const [line = '', caret = ''] = lines
      expect(caret).toMatch(/^ {8,}\^$/)
      const character = characters[position - 1] ?? ''
      if (/^[a漢🐘é]$/u.test(character)) expect(atColumn(line, caret.length - 1)).toBe(character)
    }),
  )
})

test('the number of the line is that of its line ends', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const excerpt = excerptOf(`${before}x${after}`, String(Array.from(before).length + 1)) ?? ''
      expect(excerpt.startsWith(`LINE ${before.split(/\r\n|\r|\n/).length}: `)).toBe(true)
    }),
  )
})

/** The character at a column of a terminal, for the characters above. */
function atColumn(line: string, column: number): string | undefined {
  let at = 0
  for (const character of line) {
    if (at === column && character !== '\u0301') return character
    at += character === '\u0301' ? 0 : /[漢🐘]/u.test(character) ? 2 : 1
  }
  return undefined
}
