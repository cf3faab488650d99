import { expect, test } from 'vitest'

import { arrayOf } from './arrays/array-of.ts'
import { BINARY, type Codec, defineCodec, TEXT } from './codec.ts'
import { compositeOf } from './composites/composite-of.ts'
import { int4 } from './scalars/integers.ts'
import { money } from './scalars/text-only.ts'
import { textOf } from './text-form.ts'

/** int4 in hundredths, which says nothing of text. */
const { toText: _toText, ...silent } = int4
const cents: Codec<number> = defineCodec<number>({
  ...silent,
  encode: (value, out) => out.int32(Math.round(Number(value) * 100)),
})

test('a binary codec that writes no text is not gone around', () => {
  const reason = 'the codec of int4 does not write text'
  expect(() => textOf(cents, 3)).toThrow(reason)
  expect(() => arrayOf(cents).toText!([3, '700'])).toThrow(`element [0]: ${reason}`)
  const priced = compositeOf({ name: 'priced' }, [
    { name: 'cents', codec: cents },
    { name: 'm', codec: money },
  ])
  expect(priced.format).toBe(TEXT)
  expect(() => priced.toText!({ cents: 3, m: '1' })).toThrow(`field "cents": ${reason}`)
})

test('a string is text already, and goes as it is', () => {
  expect(textOf(cents, '700')).toBe('700')
  expect(arrayOf(cents).toText!(['700'])).toBe('{700}')
})

test('strings of a codec’s own are not', () => {
  const codec = defineCodec<number>({ ...cents, ownStrings: true })
  expect(codec.format).toBe(BINARY)
  expect(() => textOf(codec, '700')).toThrow('the codec of int4 does not write text')
  expect(textOf(defineCodec({ ...codec, toText: (value) => `<${String(value)}>` }), '7')).toBe('<7>')
})

test('a text codec writes what it encodes', () => {
  const codec = defineCodec<string>({
    name: 'shout',
    format: TEXT,
    typescript: { select: 'string', insert: 'string' },
    decode: () => '',
    encode: (value, out) => out.text(`${String(value)}!`),
  })
  expect(textOf(codec, 7)).toBe('7!')
  expect(textOf(codec, 'a')).toBe('a')
  expect(textOf({ ...codec, ownStrings: true }, 'a')).toBe('a!')
})
