import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { scanTypescript, type Token } from './tokens.ts'

function scanned(text: string): readonly Token[] {
  const scan = scanTypescript(text)
  if (!scan.readable) throw new Error(scan.reason)
  return scan.tokens
}

function written(text: string): string[] {
  return scanned(text).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`)
}

/** The literal parts of every template, from the outside in. */
function chunks(text: string, tokens: readonly Token[] = scanned(text)): string[] {
  return tokens.flatMap((token) => [
    ...token.chunks.map(({ start, end }) => text.slice(start, end)),
    ...token.expressions.flatMap((expression) => chunks(text, expression.tokens)),
  ])
}

test.each([
  ['a = 1', ['word a', 'punctuation =', 'number 1']],
  [`"it's" + 'a "quote"'`, [`string "it's"`, 'punctuation +', `string 'a "quote"'`]],
  [String.raw`'a\'b' 'c\\'`, [String.raw`string 'a\'b'`, String.raw`string 'c\\'`]],
  ['// `no`\nb /* `no` */', ['comment // `no`', 'word b', 'comment /* `no` */']],
  ['#!/usr/bin/node `no`\nb', ['word b']],
  ['a?.b => c', ['word a', 'punctuation ?.', 'word b', 'punctuation =>', 'word c']],
  ['a?.5:1', ['word a', 'punctuation ?', 'number .5', 'punctuation :', 'number 1']],
  ['a >> b', ['word a', 'punctuation >', 'punctuation >', 'word b']],
  ['this.#größe', ['word this', 'punctuation .', 'word #größe']],
])('%j is taken apart', (text, tokens) => {
  expect(written(text)).toEqual(tokens)
})

describe('a slash', () => {
  test.each([
    'x = /`/',
    'x = /[/`]/g',
    String.raw`x = /\/` + '`/',
    'f(/`/)',
    'return /`/.test(x)',
    'if (x) /`/.test(x)',
    'a && !/`/.test(x)',
    '[/`/, /`/u]',
    'typeof /`/',
    'x ? /`/ : 1',
  ])('begins a regular expression in %s', (text) => {
    expect(written(text).some((token) => token.startsWith('regex'))).toBe(true)
    expect(chunks(text)).toEqual([])
  })

  test.each([
    'a / `b` / 2',
    '(a) / `b` / 2',
    'a[0] / `b` / 2',
    'a++ / `b` / 2',
    'a! / `b` / 2',
    'a.return / `b` / 2',
    '1 / `b` / 2',
    '"a" / `b` / 2',
    '<a>{`b`}</a>/1',
  ])('divides in %s', (text) => {
    expect(chunks(text)).toEqual(['b'])
  })
})

describe('templates', () => {
  test.each([
    ['`a`', ['a']],
    ['``', ['']],
    ['`a${1}b${2}`', ['a', 'b', '']],
    ['`a${`b${`c`}`}d`', ['a', 'd', 'b', '', 'c']],
    ['`a${{ b: { c: "}" } }}d`', ['a', 'd']],
    ['`a${/* } ` */ b}c`', ['a', 'c']],
    ['`a${(() => { return /}`/ })()}c`', ['a', 'c']],
    ['`\\${a}\\``', ['\\${a}\\`']],
    ['`$a $$ {b} $`', ['$a $$ {b} $']],
    ['`a\n\r\n${b}`', ['a\n\r\n', '']],
    ["<p>Don't</p>;`a`", ['a']],
  ])('%j', (text, parts) => {
    expect(chunks(text)).toEqual(parts)
  })
})

test.each([
  ['`', 'a template in it has no end', 0],
  ['a + `b${', 'a template in it has no end', 4],
  ['`${`}`', 'a template in it has no end', 0],
  ['`a\\', 'a template in it has no end', 0],
  ['/* a', 'a comment in it has no end', 0],
  ['{}}', 'a brace in it has no begin', 2],
  ['`${'.repeat(101) + '}`'.repeat(101), 'templates in it are nested too deep', 300],
])('%j is not guessed at', (text, reason, at) => {
  expect(scanTypescript(text)).toEqual({ readable: false, reason, at })
})

const plain = fc.constantFrom(
  'a',
  ' b ',
  "'x`'",
  '"`"',
  '/* ` */',
  '// `\n',
  '(1)',
  '{}',
  '[/`/]',
  '\n',
  '=>',
  "'\\''",
  '.5',
)
const source = fc.letrec<{ readonly code: string; readonly template: string }>((tie) => ({
  code: fc
    .array(fc.oneof({ depthSize: 'small' }, plain, tie('template')), { maxLength: 6 })
    .map((parts) => parts.join(' ')),
  template: fc
    .array(fc.tuple(fc.constantFrom('', 'c', '$', '{', '}', "'", '//', '/*', '\\`', '\\${', '\n'), tie('code')), {
      maxLength: 3,
    })
    .map((parts) => `\`${parts.map(([chunk, code]) => `${chunk}\${${code}}`).join('')}\``),
}))

/** Every character that is not space is in exactly one token, in order; a template is its parts. */
function rebuilt(text: string, tokens: readonly Token[], from: number, end: number): string {
  let at = from
  let result = ''
  for (const token of tokens) {
    result += text.slice(at, token.start).trim() === '' ? text.slice(at, token.start) : '?'
    result += token.kind === 'template' ? rebuiltTemplate(text, token) : text.slice(token.start, token.end)
    at = token.end
  }
  return result + (text.slice(at, end).trim() === '' ? text.slice(at, end) : '?')
}

function rebuiltTemplate(text: string, { chunks, expressions }: Token): string {
  const parts = chunks.map(({ start, end }, index) => {
    const group = expressions[index]
    const expression = group === undefined ? '' : `\${${rebuilt(text, group.tokens, group.start, group.end)}}`
    return text.slice(start, end) + expression
  })
  return `\`${parts.join('')}\``
}

test('tokens make the text again, however deep its templates are', () => {
  fc.assert(
    fc.property(source.code, (text) => {
      expect(rebuilt(text, scanned(text), 0, text.length)).toBe(text)
    }),
  )
})

test('any text is taken apart or refused', () => {
  const hostile = fc.array(
    fc.constantFrom('`', '${', '}', '{', "'", '"', '/', '*', '\\', '\n', '<', '>', 'a', '[', ']', '(', ')'),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        hostile.map((parts) => parts.join('')),
      ),
      (text) => {
        const scan = scanTypescript(text)
        if (scan.readable)
          expect(rebuilt(text, scan.tokens, text.startsWith('#!') ? text.length : 0, text.length)).not.toContain('?`')
        else expect(scan.at).toBeLessThanOrEqual(text.length)
      },
    ),
  )
})
