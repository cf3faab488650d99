import fc from 'fast-check'
import { expect, test } from 'vitest'

import { CodecError } from '../errors/codec-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { int4 } from '../types/scalars/integers.ts'
import { text } from '../types/scalars/text.ts'
import { escapedLiteral, inlineParameters } from './inline-parameters.ts'

const TEXT_TYPE = { codec: text, name: 'text' }
const INT_TYPE = { codec: int4, name: 'integer' }

test('a literal is its text again by the rules of the server', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (value) => {
      const literal = escapedLiteral(value)
      expect(literal).toMatch(/^E'.*'$/s)
      const read = literal
        .slice(2, -1)
        .replaceAll(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
      expect(read).toBe(value)
    }),
  )
})

test('no character of a value can mean anything to SQL', () => {
  const all = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join('')
  // A backslash is no SQL outside of a string, and what follows it is a code.
  expect(escapedLiteral(all).slice(2, -1)).toMatch(/^(?:\\x[0-9a-f]{2}|[0-9])*$/)
  expect(escapedLiteral("' or 1=1 --")).toBe(String.raw`E'\x27\x20\x6f\x72\x201\x3d1\x20\x2d\x2d'`)
})

test('values stand in parentheses with their types, as often as they are used', () => {
  expect(inlineParameters('select 1 -$1, $2, $1', [-5, null], [INT_TYPE, TEXT_TYPE], false)).toBe(
    String.raw`select 1 -(E'\x2d5'::integer), (null::text), (E'\x2d5'::integer)`,
  )
})

test('what is inlined is not looked into', () => {
  expect(inlineParameters('$1 $2', ['$2', '$1'], [TEXT_TYPE, TEXT_TYPE], false)).toBe(
    String.raw`(E'\x242'::text) (E'\x241'::text)`,
  )
})

test('what cannot be written is refused without the value', () => {
  const inline = (value: unknown) => () => inlineParameters('select $1', [value], [INT_TYPE], false)
  expect(inline(undefined)).toThrow(UsageError)
  expect(inline('a\0b')).toThrow('Parameter $1 contains a NUL character')
  expect(inline('\ud800')).toThrow('Parameter $1 contains a lone surrogate')
  expect(inline(1.5)).toThrow(CodecError)
  expect(inline(1.5)).toThrow('Cannot encode parameter $1 as int4: not an integer')
  expect(() => inlineParameters('select $1', [], [INT_TYPE], false)).toThrow('takes 1 parameters, and 0 were given')
})
