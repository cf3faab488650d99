import { expect, test } from 'vitest'

import { SendBuffer } from '../../bytes/send-buffer.ts'
import { BoundedArray } from '../arrays/bounded-array.ts'
import { changedCodec } from '../changed-codec.ts'
import { BINARY, type Codec, defineCodec, TEXT } from '../codec.ts'
import { defaultTypes, definePgTypes, type NamedType, type PgTypes } from '../profile/profile.ts'
import { Range } from '../ranges/range-value.ts'
import { int4 } from '../scalars/integers.ts'
import { codecsFromRows, type ServerTypeRow } from './server-types.ts'

const mood = row({ oid: 20_000, name: 'mood', kind: 'e', array_oid: 20_001, labels: ['sad', 'ok', "it's"] })
const moods = row({ oid: 20_001, name: '_mood', element_oid: 20_000 })
const year = row({ oid: 20_002, name: 'year', kind: 'd', array_oid: 20_003, base_oid: 23 })
const years = row({ oid: 20_003, name: '_year', element_oid: 20_002 })
const yearOfYear = row({ oid: 20_004, name: 'year_of_year', kind: 'd', base_oid: 20_002 })
const box = row({ oid: 20_006, name: 'boxes', array_oid: 20_007, delimiter: ';' })
const boxes = row({ oid: 20_007, name: '_boxes', element_oid: 20_006, delimiter: ';' })
const pair = row({
  oid: 20_040,
  name: 'pair',
  kind: 'c',
  array_oid: 20_041,
  field_names: ['a', 'b'],
  field_oids: [20_002, 20_000],
})
const pairs = row({ oid: 20_041, name: '_pair', element_oid: 20_040 })
const moodRange = row({ oid: 20_050, name: 'mood_range', kind: 'r', subtype_oid: 20_000, array_oid: 20_051 })
const moodRanges = row({ oid: 20_052, name: 'mood_multirange', kind: 'm', range_oid: 20_050, array_oid: 20_053 })

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
  expect(codecs.get(20_006)).toMatchObject({ name: 'boxes', format: TEXT })
  expect(codecs.get(20_007)).toMatchObject({ name: '_boxes', oid: 20_007, format: TEXT })
  expect(codecs.get(20_007)!.toText!(['(1,1),(0,0)', null])).toBe('{(1,1),(0,0);NULL}')
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

test('composites, ranges and multiranges are made of their parts, in any order of rows', () => {
  const rows = [moodRanges, pairs, moodRange, pair, mood, year]
  for (const some of [rows, rows.toReversed()]) {
    const codecs = codecsFromRows(some, defaultTypes)
    expect(codecs.get(20_040)).toMatchObject({ name: 'pair', oid: 20_040, arrayOid: 20_041, format: BINARY })
    expect(roundTrip(codecs.get(20_041)!, [{ a: 1, b: 'ok' }, null])).toStrictEqual([{ a: 1, b: 'ok' }, null])
    expect(roundTrip(codecs.get(20_050)!, { lower: 'sad' })).toStrictEqual(new Range({ lower: 'sad' }))
    expect(roundTrip(codecs.get(20_052)!, [{ lower: 'sad' }])).toStrictEqual([new Range({ lower: 'sad' })])
    expect(codecs.get(20_052)!.typescript.select).toMatch(/\.Multirange<.*\.Range<"sad" .*>>$/)
  }
})

test('all but enums, domains and types with a codec of their own are text when that is wanted', () => {
  const rows = [mood, moods, year, pair, pairs, moodRange, moodRanges]
  const named = definePgTypes({ codecs: [defineCodec({ ...int4, name: 'mood_range', oid: 0, arrayOid: 0 })] })
  const codecs = codecsFromRows(rows, { ...named, serverTypes: 'text' })
  expect(Object.fromEntries(Array.from(codecs.values(), ({ name, format }) => [name, format]))).toEqual({
    _mood: TEXT,
    _pair: TEXT,
    mood: BINARY,
    mood_multirange: TEXT,
    mood_range: BINARY,
    pair: TEXT,
    year: BINARY,
  })
  // In JSON, lists and objects are none.
  const states = (name: string): string => [...codecs.values()].find((codec) => codec.name === name)!.typescript.select
  for (const name of ['_mood', '_pair', 'pair']) expect(states(name)).toBe("import('kysely-pgwire/types').ServerText")
  expect(states('mood_multirange')).toBe('string')
})

test('arrays keep their bounds when that is wanted', () => {
  const codecs = codecsFromRows([mood, moods], { ...defaultTypes, arrays: 'bounded' })
  expect(roundTrip(codecs.get(20_001)!, ['ok'])).toStrictEqual(new BoundedArray(['ok'], [1]))
})

test('a codec by name is given what would serve the type otherwise', () => {
  const asked: string[] = []
  const codecNamed: PgTypes['codecNamed'] = ({ schema, name, kind }, derived) => {
    asked.push(`${kind} ${schema}.${name}`)
    if (name !== 'pair') return undefined
    const codec = derived()
    return { ...codec, decode: (...field) => Object.entries(codec.decode(...field) as object) }
  }
  const codecs = codecsFromRows([pairs, pair, mood, year], { ...defaultTypes, codecNamed })
  expect(roundTrip(codecs.get(20_041)!, [{ a: 1, b: 'ok' }])).toStrictEqual([
    [
      ['a', 1],
      ['b', 'ok'],
    ],
  ])
  expect(asked.sort()).toEqual(['b public._pair', 'c public.pair', 'd public.year', 'e public.mood'])
})

test('a codec by name travels as text where the type has no binary form', () => {
  const readsText = defineCodec({ ...int4, name: 'cube', oid: 0, arrayOid: 0, fromText: Number })
  const { fromText: _, ...deaf } = readsText
  const cube = row({ oid: 20_060, name: 'cube', array_oid: 20_061, sendable: false })
  const codec = codecsFromRows([cube], definePgTypes({ codecs: [readsText] })).get(20_060)!
  expect(codec).toMatchObject({ format: TEXT, size: -1, oid: 20_060 })
  expect(roundTrip(codec, 42)).toBe(42)
  expect(roundTrip(codecsFromRows([cube], definePgTypes({ codecs: [deaf] })).get(20_060)!, '42')).toBe('42')
})

test('a type of which there is only the name is text', () => {
  const shell = row({ oid: 20_070, name: 'shell', kind: 'p' })
  expect(codecsFromRows([shell], defaultTypes).get(20_070)).toMatchObject({ name: 'shell', format: TEXT })
})

test('types that lead back to themselves through others are text', () => {
  const node = row({
    oid: 20_080,
    name: 'node',
    kind: 'c',
    array_oid: 20_081,
    field_names: ['next'],
    field_oids: [20_082],
  })
  const nodes = row({ oid: 20_081, name: '_node', element_oid: 20_080 })
  const link = row({ oid: 20_082, name: 'link', kind: 'd', base_oid: 20_081 })
  const holder = row({ oid: 20_083, name: 'holder', kind: 'c', field_names: ['n'], field_oids: [20_080] })
  const codecs = codecsFromRows([holder, node, nodes, link, year], defaultTypes)
  for (const oid of [20_080, 20_081, 20_082, 20_083]) expect(codecs.get(oid)!.format).toBe(TEXT)
  expect(codecs.get(20_002)!.decode).toBe(int4.decode)
})

test('types nested deeper than 100 levels are text, however they are looked up', () => {
  const tower = Array.from({ length: 5000 }, (_, level) =>
    row({
      oid: 30_000 + level,
      name: `t${level}`,
      kind: 'c',
      field_names: ['f'],
      field_oids: [level === 0 ? 23 : 29_999 + level],
    }),
  )
  const codecs = codecsFromRows(tower.toReversed(), defaultTypes)
  expect(tower.filter(({ oid }) => codecs.get(oid)!.format === BINARY)).toHaveLength(100)
  const known = { ...defaultTypes, codecFor: (oid: number) => defaultTypes.codecFor(oid) ?? codecs.get(oid) }
  const top = row({ oid: 40_000, name: 'top', kind: 'c', field_names: ['f'], field_oids: [30_099] })
  expect(codecsFromRows([...tower.slice(0, 100), top], known).get(40_000)!.format).toBe(TEXT)
})

test('a tree of types 100 levels high blows up neither samples nor TypeScript', () => {
  const tree = Array.from({ length: 100 }, (_, level) => {
    const field_oids = level === 0 ? [23, 23] : [29_999 + level, 29_999 + level]
    return row({ oid: 30_000 + level, name: `t${level}`, kind: 'c', field_names: ['l', 'r'], field_oids })
  })
  const top = codecsFromRows(tree, defaultTypes).get(30_099)!
  expect(top.typescript.select.length).toBeLessThan(200_000)
  expect(roundTrip(top, { l: null, r: { l: null } })).toStrictEqual({ l: null, r: { l: null, r: null } })
})

test('samples are 16 at most, and made when they are asked for', () => {
  const labels = Array.from({ length: 5000 }, (_, index) => `label${index}`)
  let read = 0
  const counted = {
    ...defaultTypes,
    codecNamed: ({ name }: NamedType, derived: () => Codec) => {
      if (name !== 'mood') return undefined
      const samples = (): string[] => {
        read++
        return labels
      }
      return changedCodec(derived(), { samples })
    },
  }
  const moodDomain = row({ oid: 20_005, name: 'mood_domain', kind: 'd', base_oid: 20_000 })
  const moody = { ...pair, field_oids: [20_005, 20_000] }
  const rows = [mood, moods, moodDomain, moody, pairs, moodRange, moodRanges]
  const codecs = codecsFromRows(rows, counted)
  expect(read).toBe(0)
  for (const oid of [20_040, 20_041, 20_050, 20_052]) {
    const { length } = codecs.get(oid)!.samples
    expect(length).toBeGreaterThan(0)
    expect(length).toBeLessThanOrEqual(16)
  }
  expect(codecs.get(20_040)!.samples).toBe(codecs.get(20_040)!.samples)
  expect(Object.isFrozen(codecs.get(20_040)!.samples)).toBe(true)
  expect(read).toBe(1)
  expect(codecsFromRows([{ ...mood, labels }], defaultTypes).get(20_000)!.samples).toEqual(labels.slice(0, 16))
})

function row(fields: Partial<ServerTypeRow> & { readonly oid: number }): ServerTypeRow {
  return {
    schema: 'public',
    name: 'any',
    kind: 'b',
    sendable: true,
    array_oid: 0,
    element_oid: 0,
    base_oid: 0,
    subtype_oid: 0,
    range_oid: 0,
    delimiter: ',',
    labels: [],
    field_names: [],
    field_oids: [],
    ...fields,
  }
}

function roundTrip(codec: Codec, value: unknown): unknown {
  const out = new SendBuffer()
  codec.encode(value, out)
  return codec.decode(out.bytes, out.view, 0, out.length)
}
