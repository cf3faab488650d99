import fc from 'fast-check'
import { expect, test } from 'vitest'

import { docComment } from './doc-comment.ts'

test('a comment of a line, of several, and none', () => {
  expect(docComment(null)).toBe('')
  expect(docComment('One.', '  ')).toBe('  /** One. */\n')
  expect(docComment('One. \r\n\r\nTwo.')).toBe('/**\n * One.\n *\n * Two.\n */\n')
})

test('what would end the comment, or change how it is shown, is spelled', () => {
  expect(docComment('*/ alert()')).toBe('/** *\\/ alert() */\n')
  expect(docComment('a\u202eb\0')).toBe(String.raw`/** a\u{202e}b\u{0} */` + '\n')
})

test('what the compiler would take for its own does not begin the last line', () => {
  expect(docComment('@ts-expect-error is our name for it')).toBe('/**\n * @ts-expect-error is our name for it\n */\n')
  expect(docComment(' @ts-ignore')).toBe('/**\n *  @ts-ignore\n */\n')
  expect(docComment('One.\n@ts-ignore')).toBe('/**\n * One.\n * @ts-ignore\n */\n')
})

test('no comment ends before its end', () => {
  const hostile = fc.string({ unit: fc.constantFrom('*', '/', '\\', '\n', '\r', '\u2028', 'a', ' ') })
  fc.assert(
    fc.property(hostile, (comment) => {
      const text = docComment(comment)
      expect(text.indexOf('*/')).toBe(text.length - 3)
      expect(text.startsWith('/**')).toBe(true)
    }),
  )
})
