import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { replaceParameters } from './parameter-places.ts'

/** `sql` with its parameters in angle brackets. */
function marked(sql: string, backslashes = false): string {
  return replaceParameters(sql, backslashes, (parameter) => `<${parameter}>`)
}

describe('a parameter', () => {
  test.each([
    ['$1', '<1>'],
    ['select $1, $2 + $10', 'select <1>, <2> + <10>'],
    ['$1$2', '<1><2>'],
    ['$01', '<1>'],
    ['-$1', '-<1>'],
    ['3-$1', '3-<1>'],
    ['$1::int[$2]', '<1>::int[<2>]'],
    ['@$1*/$2', '@<1>*/<2>'],
    ['($1)', '(<1>)'],
    ["''$1''", "''<1>''"],
    ["'a'$1'b'", "'a'<1>'b'"],
    ['""$1', '""<1>'],
    ['1$1', '1<1>'],
    ['1e$1 ', '1e$1 '],
    ['$1and', '<1>and'],
    ['/**/$1', '/**/<1>'],
    ['--\n$1', '--\n<1>'],
    ['--\r$1', '--\r<1>'],
    ['-/**/-$1', '-/**/-<1>'],
    ['$$$1$$$1', '$$$1$$<1>'],
    ['$1$$ $2 $$', '<1>$$ $2 $$'],
  ])('is found: %j', (sql, expected) => {
    expect(marked(sql)).toBe(expected)
  })

  test.each([
    'a$1',
    '_$1',
    'é$1',
    '\u{1f600}$1',
    '\u00a0$1',
    "'$1'",
    "'it''s $1'",
    "n'$1'",
    "b'$1'",
    "e'\\'$1'",
    "E'\\\\\\'$1'",
    "E'''$1'",
    "E'a'\n'\\'$1'",
    "E'a' -- one\n -- two\r\n\t'\\'$1'",
    "E'a'\n'b'\n'\\'$1'",
    '"$1"',
    '"a""$1"',
    'U&"$1"',
    "U&'$1'",
    '--$1',
    '-- -- $1',
    '+--$1',
    '/*$1*/',
    '/*/*$1*/$1*/',
    '/*/**//*$1*/$1*/',
    '/*/$1*/',
    '/*--\n$1*/',
    "/*'*/ '$1'",
    "--'\n'$1'",
    '$$ $1 $$',
    '$a$ $$ $1 $$ $1 $a$',
    '$é1$ $1 $é1$',
    "$$'$$'$1'",
    '$',
    "'$1",
    '"$1',
    "E'$1\\",
    '/*$1',
    '$$ $1',
  ])('is none in %j', (sql) => {
    expect(marked(sql)).toBe(sql)
  })
})

describe('a string', () => {
  test('has backslashes as they are by default, and as escapes where the server is told so', () => {
    expect(marked("'\\'$1'")).toBe("'\\'<1>'")
    expect(marked("'\\'$1'", true)).toBe("'\\'$1'")
    expect(marked("'a'\n'\\'$1'", true)).toBe("'a'\n'\\'$1'")
  })

  test('of bits has none either way', () => {
    expect(marked("b'\\'$1'", true)).toBe("b'\\'<1>'")
    expect(marked("X'\\'$1'", true)).toBe("X'\\'<1>'")
    expect(marked("bx'\\'$1'", true)).toBe("bx'\\'$1'")
  })

  test('with an E has escapes only where the E stands by itself', () => {
    expect(marked("type'\\'$1")).toBe("type'\\'<1>")
    expect(marked("1E'\\'$1'")).toBe("1E'\\'$1'")
  })

  test('goes on behind a line break alone', () => {
    expect(marked("E'a' '\\'$1")).toBe("E'a' '\\'<1>")
    expect(marked("E'a'/**/\n'\\'$1")).toBe("E'a'/**/\n'\\'<1>")
    expect(marked("E'a' -- no line break 'b' $1")).toBe("E'a' -- no line break 'b' $1")
  })
})

test('what has no parameters stays as it is', () => {
  const pieces = ["'", '"', '$', '$$', '$a$', '/*', '*/', '--', '\n', '\\', 'E', 'b', ' ', 'x', '1', 'é']
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces)), fc.boolean(), (parts, backslashes) => {
      const sql = parts.join('').replaceAll(/\$+(?=\d)/g, '')
      expect(marked(sql, backslashes)).toBe(sql)
    }),
  )
})

test('long texts take no longer than their length', () => {
  const long = 1_000_000
  for (const part of ['-- ', "'", "''", "E'a'\n", ' \n', '/*', '$$', '$a', 'E', '"']) {
    const sql = part.repeat(long / part.length)
    expect(marked(`E'a' ${sql}`).length).toBeGreaterThanOrEqual(sql.length)
  }
})
