import { expect, test } from 'vitest'

import { SendBuffer } from '../bytes/send-buffer.ts'
import { scalarCodecs } from '../types/built-in.ts'
import { BINARY } from '../types/codec.ts'
import { mapCodec } from '../types/profile/map-codec.ts'
import { defaultTypes } from '../types/profile/profile.ts'
import { readsTexts } from './reads-texts.ts'

const numbers = ['int8', 'numeric', 'xid8']
const strings = scalarCodecs.filter(
  ({ name, format, typescript }) => format === BINARY && (typescript.select === 'string' || numbers.includes(name)),
)

test.each(strings.map((codec) => ({ name: codec.name, codec })))('$name encodes what it prints', ({ codec }) => {
  expect(readsTexts(codec)).toBe(true)
  for (const sample of codec.samples) codec.encode(sample, new SendBuffer())
})

test.each(['int4', 'bool', 'timestamptz', 'float8', 'bytea', 'interval'])(
  '%s is not asked to encode a string',
  (name) => {
    expect(readsTexts(scalarCodecs.find((codec) => codec.name === name)!)).toBe(false)
  },
)

test("a codec of the caller's own decides about strings itself, or leaves them to the server", () => {
  const numeric = defaultTypes.codecFor(1700)!
  expect(readsTexts(numeric)).toBe(true)
  expect(readsTexts({ ...numeric, name: 'price' })).toBe(true)
  expect(readsTexts({ ...numeric, encode: () => {} })).toBe(false)
  expect(readsTexts(mapCodec(numeric, { decode: Number, encode: String }))).toBe(true)
})
