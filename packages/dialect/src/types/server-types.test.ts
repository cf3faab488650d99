import { expect, test } from 'vitest'

import { SendBuffer } from '../bytes/send-buffer.ts'
import { BINARY, type Codec, defineCodec, TEXT } from './codec.ts'
import { defaultTypes, definePgTypes } from './profile.ts'
import { int4 } from './scalars/integers.ts'
import { codecsFromRows, type ServerTypeRow } from './server-types.ts'

const mood = row({ oid: 20_000, name: 'mood', kind: 'e', array_oid: 20_001, labels: ['sad', 'ok', "it's"] })
const moods = row({ oid: 20_001, name: '_mood', element_oid: 20_000 })
const year = row({ oid: 20_002, name: 'year', kind: 'd', array_oid: 20_003, base_oid: 23 })
const years = row({ oid: 20_003, name: '_year', element_oid: 20_002 })
const yearOfYear = row({ oid: 20_004, name: 'year_of_year', kind: 'd', base_oid: 20_002 })
const box = row({ oid: 603, name: 'box', array_oid: 1020, delimiter: ';' })
const boxes = row({ oid: 1020, name: '_box', element_oid: 603 })

test('an enum gives its labels', () => {
  const codec = codecsFromRows([mood], defaultTypes).get(20_000)!
  expect(codec).toMatchObject({ name: 'mood', oid: 20_000, arrayOid: 20_001, format: BINARY, encodesStrings: true })
  expect(codec.typescript.select).toBe('"sad" | "ok" | "it\'s"')
})

test('an array finds its element in any order of rows', () => {
  for (const rows of [
    [mood, moods],
    [moods, mood],
  ]) {
    const codec = codecsFromRows(rows, defaultTypes).get(20_001)!
    expect(codec).toMatchObject({ name: '_mood', oid: 20_001, format: BINARY })
    expect(roundTrip(codec, ['sad', null])).toEqual(['sad', null])
  }
})

test('a domain is its base type under its own OID, also in arrays', () => {
  const codecs = codecsFromRows([years, year, yearOfYear], defaultTypes)
  expect(codecs.get(20_002)).toMatchObject({ name: 'year', size: 4, decode: int4.decode })
  expect(codecs.get(20_004)).toMatchObject({ name: 'year_of_year', oid: 20_004, decode: int4.decode })
  const out = new SendBuffer()
  codecs.get(20_003)!.encode([1999], out)
  expect(out.view.getUint32(8)).toBe(20_002)
})

test('any other type arrives as its text, with its own delimiter in arrays', () => {
  const codecs = codecsFromRows([box, boxes], defaultTypes)
  expect(codecs.get(603)).toMatchObject({ name: 'box', format: TEXT })
  expect(codecs.get(1020)).toMatchObject({ name: '_box', oid: 1020, format: TEXT })
  expect(codecs.get(1020)!.toText!(['(1,1),(0,0)', null])).toBe('{(1,1),(0,0);NULL}')
})

test('a codec of the user’s own serves the type of its name', () => {
  const vector = defineCodec({ ...int4, name: 'vector', oid: 0, arrayOid: 0 })
  const rows = [row({ oid: 20_010, name: 'vector', array_oid: 20_011 }), row({ oid: 20_011, element_oid: 20_010 })]
  const codecs = codecsFromRows(rows, definePgTypes({ codecs: [vector] }))
  expect(codecs.get(20_010)).toMatchObject({ oid: 20_010, arrayOid: 20_011, decode: vector.decode })
  expect(roundTrip(codecs.get(20_011)!, [1])).toEqual([1])
})

test('what is known already keeps its codec', () => {
  const codecs = codecsFromRows([row({ oid: 23, name: 'int4' }), years, year], defaultTypes)
  expect(codecs.has(23)).toBe(false)
})

test('a type whose parts are gone, or lead back to it, is text', () => {
  const orphan = row({ oid: 20_020, name: '_gone', element_oid: 20_021 })
  const loop = row({ oid: 20_030, name: 'loop', kind: 'd', base_oid: 20_030 })
  const codecs = codecsFromRows([orphan, loop], defaultTypes)
  expect(codecs.get(20_020)!.format).toBe(TEXT)
  expect(codecs.get(20_030)!.format).toBe(TEXT)
})

function row(fields: Partial<ServerTypeRow> & { readonly oid: number }): ServerTypeRow {
  return { name: 'any', kind: 'b', array_oid: 0, element_oid: 0, base_oid: 0, delimiter: ',', labels: [], ...fields }
}

function roundTrip(codec: Codec, value: unknown): unknown {
  const out = new SendBuffer()
  codec.encode(value, out)
  return codec.decode(out.bytes, out.view, 0, out.length)
}
