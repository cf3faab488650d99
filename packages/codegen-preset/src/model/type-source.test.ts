import fc from 'fast-check'
import { expect, test } from 'vitest'

import { GenerationError } from './generation-error.ts'
import { typeSource } from './type-source.ts'

test.each([
  ['string', 'string'],
  [' \'a\' | "b" ', '\'a\' | "b"'],
  ['Map<string, A[]>', 'Map<string, A[]>'],
  ['{ a: 1; b?: [x: 2, ...y: 3[]] }', '{ a: 1; b?: [x: 2, ...y: 3[]] }'],
  ['`x${string}-${1 | 2}`', '`x${string}-${1 | 2}`'],
  ["import('./m.ts').Größe", "import('./m.ts').Größe"],
  ["'}' | '//' | '/*'", "'}' | '//' | '/*'"],
  ['A\n  | B', 'A | B'],
  ['(a: string) => void', '((a: string) => void)'],
  ['A extends B ? C : D', '(A extends B ? C : D)'],
  ['Array<() => void>', 'Array<() => void>'],
])('%j is one type', (source, written) => {
  expect(typeSource(source, 'public.t.c')).toBe(written)
})

test.each([
  '',
  ' ',
  'string; b: number',
  'string, b',
  'string = 1',
  'string }',
  'A>, B<C',
  '{ a: 1',
  '(A]',
  'A // and more',
  'A /* and more */',
  "'a",
  '`a${"`"}`',
  '"{" ; } ; export const evil = run() ; interface X { a: "}"',
  'string\n} ; export const evil = run() ; {',
  String.raw`\u007d`,
])('%j is not', (source) => {
  expect(() => typeSource(source, 'public.t.c')).toThrow(GenerationError)
  expect(() => typeSource(source, 'public.t.c')).toThrow(/the type of public\.t\.c /)
})

test('what is taken closes all that it opens, and nothing else', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '<',
    '>',
    '(',
    ')',
    "'",
    '"',
    '`',
    '${',
    ';',
    'A',
    '=>',
    '//',
    '\n',
    ' ',
    '\\',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      let text: string
      try {
        text = typeSource(pieces.join(''), 'c')
      } catch {
        return
      }
      const bare = text.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|=>/gs, '')
      expect(bare).not.toMatch(/['"`\\\n]|\/\//)
      let depth = 0
      for (const character of bare) {
        if ('{<('.includes(character)) depth++
        if ('}>)'.includes(character)) depth--
        expect(depth).toBeGreaterThanOrEqual(0)
        if (character === ';') expect(depth).toBeGreaterThan(0)
      }
      expect(depth).toBe(0)
    }),
    { numRuns: 2_000 },
  )
})
