import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { UnresolvedTypeError } from '../../errors/unresolved-type-error.ts'
import { arrayOf } from '../arrays/array-of.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { int4 } from '../scalars/integers.ts'
import { text } from '../scalars/text.ts'
import { asText } from '../text-fallback.ts'
import { recordOf } from './record-of.ts'

const regclass = defineCodec({
  ...asText('regclass', 2205),
  decodeBinary: (_bytes, view, offset) => String(view.getUint32(offset)),
})
const ltree = asText('ltree', 16_400)
const record: Codec<unknown[]> = recordOf((oid) => codecs.get(oid))
const codecs = new Map<number, Codec>(
  [int4, text, regclass, ltree, record, arrayOf(record)].map((codec) => [codec.oid, codec]),
)

test('a record is a tuple of values, each by the type that it says', () => {
  expect(decode(recordBytes([23, '00000007'], [25, '78'], [99_999, null]))).toStrictEqual([7, 'x', null])
  expect(decode(recordBytes())).toStrictEqual([])
})

test('records stand in records, and in arrays in records', () => {
  const inner = recordBytes([23, '00000001'])
  expect(decode(recordBytes([2249, inner], [25, '']))).toStrictEqual([[1], ''])
  const list = `0000000100000000000008c90000000100000001${(inner.length / 2).toString(16).padStart(8, '0')}${inner}`
  expect(decode(recordBytes([2287, list]))).toStrictEqual([[[1]]])
})

test('a type that travels as text is read in its binary form', () => {
  expect(decode(recordBytes([2205, '0000002a']))).toStrictEqual(['42'])
  expect(() => decode(recordBytes([16_400, '01612e62']))).toThrow(
    'the binary form of ltree in a record is not known; cast that field to text',
  )
})

test('a type that nobody knows has to be looked up', () => {
  const error = thrown(() => decode(recordBytes([23, '00000007'], [99_999, '00'])))
  expect(error).toBeInstanceOf(UnresolvedTypeError)
  expect((error as UnresolvedTypeError).oids).toEqual([99_999])
})

describe('nesting', () => {
  const nested = (levels: number): string => {
    let bytes = recordBytes()
    for (let level = 1; level < levels; level++) bytes = recordBytes([2249, bytes])
    return bytes
  }

  test('goes 100 levels deep and no deeper, time and again', () => {
    for (let round = 0; round < 3; round++) {
      expect(() => decode(nested(100))).not.toThrow()
      expect(() => decode(nested(101))).toThrow('records nested deeper than 100 levels')
      expect(() => decode(nested(5000))).toThrow(InvalidValueError)
    }
  })
})

test.each([
  '',
  '000000',
  '00000001',
  '7fffffff',
  'ffffffff',
  '0000000000',
  '0000000100000017',
  '000000010000001700000003000000',
  '00000001000000177fffffff00000001',
  '0000000100000017fffffffe',
  '00000001000000170000000400000001ff',
  '00000002000000170000000400000001000000190000',
])('the bytes %j are refused', (wire) => {
  expect(() => decode(wire)).toThrow(InvalidValueError)
})

test('a record is no parameter', () => {
  for (const value of [[1], { a: 1 }, '(1)', null]) {
    expect(() => record.encode(value, new SendBuffer())).toThrow('cast the parameter to a named composite type')
  }
})

function decode(wire: string): unknown {
  const bytes = Buffer.from(wire, 'hex')
  return record.decode(bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length)
}

function recordBytes(...fields: readonly (readonly [oid: number, bytes: string | null])[]): string {
  const parts = fields.map(([oid, bytes]) => hex(oid) + (bytes === null ? 'ffffffff' : hex(bytes.length / 2) + bytes))
  return hex(fields.length) + parts.join('')
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}

function thrown(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}
