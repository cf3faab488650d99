import { expect, test } from 'vitest'

import { asText } from '../text-fallback.ts'
import { mapCodec } from './map-codec.ts'
import { nodePostgresTypes } from './node-postgres.ts'
import { type PgTypesOptions } from './profile-options.ts'
import { defaultTypes, definePgTypes } from './profile.ts'

const thing = asText('thing', 0)
const placed = asText('thing', 99_999)
const named = mapCodec(thing, { decode: String, encode: String, typescript: { select: 'Thing' } })
const taken = mapCodec(thing, { decode: String, encode: String, typescript: { insert: 'Thing' } })

test('names every choice', () => {
  expect(defaultTypes.fingerprint).toBe(
    'int8=string numeric=string timestamptz=date timestamp=date date=string time=string interval=interval json=parsed arrays=nested',
  )
  expect(nodePostgresTypes.fingerprint).toBe('node-postgres')
})

test('names codecs, and has a hash of what they state', () => {
  const { fingerprint } = definePgTypes({
    json: { parse: JSON.parse },
    codecs: [{ ...thing, schema: 'app' }, placed],
    byName: { mood: thing, 'app.b': (derived) => derived },
  })
  expect(fingerprint).toMatch(/ json=parse arrays=nested codecs=app\.thing,thing byName=app\.b,mood own=[0-9a-f]{16}$/)
})

test('does not depend on the order of options', () => {
  const one = definePgTypes({ int8: 'bigint', codecs: [thing, placed], byName: { a: named, b: taken } })
  const other = definePgTypes({ byName: { b: taken, a: named }, codecs: [placed, thing], int8: 'bigint' })
  expect(one.fingerprint).toBe(other.fingerprint)
  expect(one.fingerprint).not.toBe(defaultTypes.fingerprint)
})

/** No two of these have the same, and each has its own again when it is made again. */
const different: Readonly<Record<string, () => PgTypesOptions>> = {
  nothing: () => ({}),
  'a choice': () => ({ int8: 'number' }),
  'a parser': () => ({ json: { parse: JSON.parse } }),
  'a parser that states a type': () => ({ json: { parse: JSON.parse, typescript: 'Document' } }),
  'a parser that states another': () => ({ json: { parse: JSON.parse, typescript: 'Json' } }),
  'a codec': () => ({ codecs: [thing] }),
  'a codec with an OID': () => ({ codecs: [placed] }),
  'a codec in a schema': () => ({ codecs: [{ ...thing, schema: 'app' }] }),
  'a codec that states another type': () => ({ codecs: [named] }),
  'a codec that takes another type': () => ({ codecs: [taken] }),
  'a name': () => ({ byName: { thing } }),
  'another name': () => ({ byName: { things: thing } }),
  'a name with a codec that states another type': () => ({ byName: { thing: named } }),
  'a function for a name': () => ({ byName: { thing: (derived) => derived } }),
  'a function for a built-in type': () => ({ byName: { text: (derived) => derived } }),
  'another function for it': () => ({
    byName: {
      text: (derived) => mapCodec(derived, { decode: String, encode: String, typescript: { select: 'Name' } }),
    },
  }),
  'the same for its name with the schema': () => ({ byName: { 'pg_catalog.text': (derived) => derived } }),
}

test('tells profiles apart by what is chosen and stated', () => {
  const fingerprints = Object.values(different).map((options) => definePgTypes(options()).fingerprint)
  expect(new Set(fingerprints).size).toBe(fingerprints.length)
  expect(Object.values(different).map((options) => definePgTypes(options()).fingerprint)).toEqual(fingerprints)
})

test('does not see what functions do', () => {
  const trimmed = mapCodec(thing, { decode: (value) => value.trim(), encode: String })
  const upper = mapCodec(thing, { decode: (value) => value.toUpperCase(), encode: String })
  expect(definePgTypes({ codecs: [trimmed] }).fingerprint).toBe(definePgTypes({ codecs: [upper] }).fingerprint)
})
