import { expect, test } from 'vitest'

import { SendBuffer } from '../bytes/send-buffer.ts'
import { builtInCodecs } from './built-in.ts'
import { defineCodec } from './codec.ts'
import { defaultTypes, definePgTypes } from './profile.ts'
import { int8 } from './scalars/int8.ts'
import { int4 } from './scalars/integers.ts'

const bigints = defineCodec<bigint>({
  ...int8,
  arrayOid: 0,
  typescript: { select: 'bigint', insert: 'bigint' },
  decode: (_bytes, view, offset) => view.getBigInt64(offset),
})

test('no OID is declared twice', () => {
  const oids = builtInCodecs.map(({ oid }) => oid)
  expect(new Set(oids).size).toBe(oids.length)
})

test('every array’s elements are built in', () => {
  for (const { name, oid, arrayOid } of builtInCodecs) {
    if (arrayOid !== 0) expect(defaultTypes.codecFor(arrayOid)?.name, String(oid)).toBe(`_${name}`)
  }
})

test('a codec takes the place of the built-in one with its OID, and its array follows', () => {
  const types = definePgTypes({ codecs: [bigints] })
  const array = types.codecFor(int8.arrayOid)!
  const out = new SendBuffer()
  array.encode([1n, null], out)
  expect(types.codecFor(int8.oid)?.decode).toBe(bigints.decode)
  expect(array.decode(out.bytes, out.view, 0, out.length)).toEqual([1n, null])
  expect(array.typescript.select).toBe('(bigint | null)[]')
})

test('a codec made from a built-in one decodes elements by its own function', () => {
  const doubled = { ...int4, decode: (_bytes: Buffer, view: DataView, offset: number) => view.getInt32(offset) * 2 }
  const array = definePgTypes({ codecs: [doubled] }).codecFor(int4.arrayOid)!
  const out = new SendBuffer()
  array.encode([1, 2], out)
  expect(array.decode(out.bytes, out.view, 0, out.length)).toEqual([2, 4])
})

test('a profile does not touch the defaults', () => {
  definePgTypes({ codecs: [bigints] })
  expect(defaultTypes.codecFor(int8.oid)).toBe(int8)
})

test('a codec without an OID waits for its name', () => {
  const vector = defineCodec({ ...bigints, name: 'vector', oid: 0 })
  const types = definePgTypes({ codecs: [vector] })
  expect(types.codecNamed('vector')).toBe(vector)
  expect(types.codecFor(0)).toBeUndefined()
})

test('an unknown OID has no codec', () => {
  expect(defaultTypes.codecFor(16_384)).toBeUndefined()
})
