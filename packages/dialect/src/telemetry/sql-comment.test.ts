import fc from 'fast-check'
import { expect, test } from 'vitest'

import { withComment } from './sql-comment.ts'

test('keys and values stand behind the statement, sorted', () => {
  expect(withComment('select 1', { traceparent: '00-ab-cd-01', action: 'users list' })).toBe(
    "select 1 /*action='users%20list',traceparent='00-ab-cd-01'*/",
  )
})

test('without anything to say, a statement stays as it is', () => {
  expect(withComment('select 1', {})).toBe('select 1')
})

test('a quote, a bracket and the end of a comment are written by their codes', () => {
  expect(withComment('select 1', { "it's": "*/ drop table a; --(!)'" })).toBe(
    "select 1 /*it%27s='%2A%2F%20drop%20table%20a%3B%20--%28%21%29%27'*/",
  )
})

test('what is no text is left out', () => {
  const pairs = { a: 1, b: null, c: 'text', d: {} } as unknown as Record<string, string>
  expect(withComment('select 1', pairs)).toBe("select 1 /*c='text'*/")
})

test.each(['select 1 -- comment', '/* comment */ select 1', "select '--'"])('%s stays as it is', (sql) => {
  expect(withComment(sql, { key: 'value' })).toBe(sql)
})

test('nothing can end the comment, or a value in it', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (pairs) => {
      const commented = withComment('select 1', pairs)
      const inside = commented === 'select 1' ? '' : commented.slice('select 1 /*'.length, -'*/'.length)
      expect(inside).toMatch(/^([\w.~%-]*='[\w.~%-]*'(,|$))*$/)
      const read = inside === '' ? [] : inside.split(',').map((pair) => pair.split('=').map(decodePart).join('\0='))
      const expected = Object.entries(pairs).map(([key, value]) => `${key.toWellFormed()}\0=${value.toWellFormed()}`)
      expect(new Set(read)).toEqual(new Set(expected))
    }),
  )
})

function decodePart(part: string): string {
  return decodeURIComponent(part.replaceAll("'", ''))
}
