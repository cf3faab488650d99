import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../../bytes/send-buffer.ts'
import { ConfigError } from '../../errors/config-error.ts'
import { BoundedArray } from '../arrays/bounded-array.ts'
import { builtInCodecs, scalarCodecs } from '../built-in.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { extensionCodecs } from '../extensions.ts'
import { Range } from '../ranges/range-value.ts'
import { int8 } from '../scalars/int8.ts'
import { int4 } from '../scalars/integers.ts'
import { Interval } from '../scalars/interval-value.ts'
import { text } from '../scalars/text.ts'
import { timestamptz } from '../scalars/timestamp.ts'
import { asText } from '../text-fallback.ts'
import { valueFromText } from '../text-form.ts'
import { mapCodec } from './map-codec.ts'
import { nodePostgresTypes } from './node-postgres.ts'
import type { PgTypesOptions } from './profile-options.ts'
import { defaultTypes, definePgTypes, type PgTypes } from './profile.ts'
import { int8AsBigint } from './representations/numbers.ts'
import { PgInterval } from './representations/pg-interval.ts'

const doubled = mapCodec(int4, { decode: (value) => value * 2, encode: (value) => Number(value) / 2 })
const shouted = mapCodec(text, {
  decode: (value) => new Shout(value),
  encode: (value) => (value as Shout).words,
  typescript: { select: 'Shout', insert: 'Shout' },
})

class Shout {
  readonly words: string
  constructor(words: string) {
    this.words = words
  }
}

const mood = { schema: 'public', name: 'mood', kind: 'e' }
const asItIs = (): Codec => asText('mood', 20_000)

describe('the built-in types', () => {
  test('have an OID each', () => {
    const oids = builtInCodecs.map(({ oid }) => oid)
    expect(new Set(oids).size).toBe(oids.length)
  })

  test('have their arrays among them', () => {
    for (const { name, oid, arrayOid } of builtInCodecs) {
      if (arrayOid !== 0) expect(defaultTypes.codecFor(arrayOid)?.name, String(oid)).toBe(`_${name}`)
    }
  })

  test('are what the default profile has', () => {
    for (const { oid, name } of builtInCodecs) expect(defaultTypes.codecFor(oid)?.name).toBe(name)
    expect(defaultTypes.codecFor(16_384)).toBeUndefined()
    expect(defaultTypes.codecFor(0)).toBeUndefined()
  })

  test('and those of extensions cannot be changed, nor the lists of them and the values that all share', () => {
    for (const shared of [scalarCodecs, builtInCodecs, extensionCodecs, ...extensionCodecs]) {
      expect(Object.isFrozen(shared)).toBe(true)
    }
    for (const shared of [Range.empty, Interval.infinity, Interval.negativeInfinity]) {
      expect(Object.isFrozen(shared)).toBe(true)
    }
  })

  test('cannot be changed in a profile', () => {
    for (const types of [defaultTypes, nodePostgresTypes, definePgTypes({ int8: 'bigint', codecs: [doubled] })]) {
      expect(Object.isFrozen(types)).toBe(true)
      for (const { oid } of builtInCodecs) {
        const codec = types.codecFor(oid)!
        for (const part of [codec, codec.typescript, codec.samples])
          expect(Object.isFrozen(part), codec.name).toBe(true)
      }
    }
  })
})

describe('a choice', () => {
  const choices: readonly [PgTypesOptions, type: string, text: string, value: unknown][] = [
    [{}, 'int8', '7', '7'],
    [{ int8: 'bigint' }, 'int8', '7', 7n],
    [{ int8: 'number' }, 'int8', '7', 7],
    [{ numeric: 'number' }, 'numeric', '1.50', 1.5],
    [{}, 'timestamptz', '2024-02-29 00:00:00+00', new Date('2024-02-29T00:00:00Z')],
    [{ timestamptz: 'string' }, 'timestamptz', '2024-02-29 00:00:00.000001+00', '2024-02-29 00:00:00.000001+00'],
    [{ timestamp: 'string' }, 'timestamp', '2024-02-29 00:00:00.000001', '2024-02-29 00:00:00.000001'],
    [{ timestamp: 'pg' }, 'timestamp', '2024-02-29 12:30:00', new Date(2024, 1, 29, 12, 30)],
    [{ date: 'pg' }, 'date', '2024-02-29', new Date(2024, 1, 29)],
    [{ interval: 'string' }, 'interval', 'P1M', 'P1M'],
    [{ interval: 'pg' }, 'interval', 'P1M', new PgInterval({ months: 1 })],
    [{ json: 'string' }, 'json', '{"a" : 1}', '{"a" : 1}'],
    [{ json: 'string' }, 'jsonb', '{"a": 1}', '{"a": 1}'],
    [{ json: { parse: (source) => source.length } }, 'jsonb', '[1]', 3],
    [{ int8: undefined } as unknown as PgTypesOptions, 'int8', '7', '7'],
  ]

  test.each(
    choices.map(([options, type, printed, value]) => ({
      name: JSON.stringify(options),
      options,
      type,
      printed,
      value,
    })),
  )('$name decides about $type, and about its arrays', ({ options, type, printed, value }) => {
    const types = definePgTypes(options)
    const codec = codecOf(types, type)
    expect(valueFromText(codec, printed)).toEqual(value)
    const literal = `{"${printed.replaceAll(/["\\]/g, '\\$&')}",NULL}`
    expect(valueFromText(types.codecFor(codec.arrayOid)!, literal)).toEqual([value, null])
  })

  test('decides about ranges, multiranges, their arrays and records', () => {
    const types = definePgTypes({ int8: 'bigint' })
    const range = codecOf(types, 'int8range')
    expect(range.typescript.select).toBe("import('kysely-pgwire/types').Range<bigint>")
    const value = new Range({ lower: 1n, upper: 5n })
    expect(roundTrip(range, value)).toEqual(value)
    expect(roundTrip(codecOf(types, 'int8multirange'), [value])).toEqual([value])
    expect(roundTrip(codecOf(types, '_int8range'), [value])).toEqual([value])
    expect(roundTrip(codecOf(types, '_int8multirange'), [[value]])).toEqual([[value]])
    const record = Buffer.from('0000000100000014000000080000000000000007', 'hex')
    const view = new DataView(record.buffer, record.byteOffset, record.length)
    expect(codecOf(types, 'record').decode(record, view, 0, record.length)).toEqual([7n])
  })

  test('of Temporal decides about four types of time and a span', () => {
    const types = definePgTypes({
      timestamptz: 'temporal',
      timestamp: 'temporal',
      date: 'temporal',
      time: 'temporal',
      interval: 'temporal',
      temporal: Temporal,
    })
    const texts: Record<string, string> = {
      timestamptz: '2024-02-29 00:00:00+00',
      timestamp: '2024-02-29 00:00:00',
      date: '2024-02-29',
      time: '12:00:00',
      interval: 'PT1H',
    }
    const classes = Object.entries(texts).map(([type, printed]) => {
      const codec = codecOf(types, type)
      expect(codec.typescript.select).toMatch(/^import\('temporal-polyfill'\)\.Temporal\./)
      return (valueFromText(codec, printed) as { [Symbol.toStringTag]: string })[Symbol.toStringTag]
    })
    expect(classes).toEqual(
      ['Instant', 'PlainDateTime', 'PlainDate', 'PlainTime', 'Duration'].map((name) => `Temporal.${name}`),
    )
    const range = valueFromText(codecOf(types, 'tstzrange'), '["2024-02-29 00:00:00+00",)') as Range<Temporal.Instant>
    expect(range.lower).toBeInstanceOf(Temporal.Instant)
  })

  test('of bounded arrays keeps their lower bounds', () => {
    const types = definePgTypes({ arrays: 'bounded' })
    expect(types.arrays).toBe('bounded')
    expect(valueFromText(codecOf(types, '_int4'), '[0:1]={1,2}')).toEqual(new BoundedArray([1, 2], [0]))
  })

  test('does not touch the defaults', () => {
    definePgTypes({ int8: 'bigint', codecs: [doubled] })
    expect(defaultTypes.codecFor(int8.oid)).toBe(int8)
    expect(defaultTypes.codecFor(int4.oid)).toBe(int4)
  })
})

describe('what is no option', () => {
  const runtimeTemporal = 'Temporal' in globalThis
  const refused: readonly [unknown, RegExp][] = [
    [{ int9: 'string' }, /Unknown option "int9".*int8/],
    [{ int8: 'BigInt' }, /int8 must be one of string, bigint, number/],
    [{ timestamp: 'local' }, /timestamp must be one of date, string, temporal, pg/],
    [{ json: { parse: 1 } }, /json must be one of parsed, string, or an object with a function parse/],
    [{ json: null }, /json must be/],
    [{ arrays: true }, /arrays must be one of nested, bounded/],
    [{ codecs: {} }, /codecs must be an array of codecs/],
    [{ codecs: [7] }, /^codecs\[0\] must be a codec$/],
    [{ codecs: new Array(1) }, /^codecs\[0\] must be a codec$/],
    [{ codecs: [{}] }, /^codecs\[0\]: name must be a text that is not empty$/],
    [{ codecs: [doubled, { ...doubled, name: '' }] }, /^codecs\[1\]: name must be/],
    [{ codecs: [{ ...doubled, decode: undefined }] }, /: decode must be a function$/],
    [{ codecs: [{ ...doubled, encode: 'x' }] }, /: encode must be a function$/],
    [{ codecs: [{ ...doubled, toText: 1 }] }, /: toText must be a function$/],
    [{ codecs: [{ ...doubled, oid: '23' }] }, /: oid must be an OID, or 0$/],
    [{ codecs: [{ ...doubled, arrayOid: -1 }] }, /: arrayOid must be an OID, or 0$/],
    [{ codecs: [{ ...doubled, size: 1.5 }] }, /: size must be a number of bytes, or -1$/],
    [{ codecs: [{ ...doubled, format: 2 }] }, /: format must be BINARY or TEXT$/],
    [{ codecs: [{ ...doubled, delimiter: '' }] }, /: delimiter must be one character$/],
    [{ codecs: [{ ...doubled, typescript: undefined }] }, /: typescript must be the texts select and insert$/],
    [{ codecs: [{ ...doubled, typescript: { select: 'number' } }] }, /: typescript must be/],
    [{ codecs: [{ ...doubled, encodesStrings: 1 }] }, /: encodesStrings must be true or false$/],
    [{ codecs: [{ ...doubled, samples: [1] }] }, /: samples must be an array of texts$/],
    [{ codecs: [{ ...doubled, samples: 'x' }] }, /: samples must be an array of texts$/],
    [{ codecs: [Object.freeze({ ...doubled, oid: undefined })] }, /: oid must be an OID, or 0$/],
    [{ codecs: [doubled, doubled] }, /codecs has two for the OID 23/],
    [{ codecs: [asText('a', 0), asText('a', 0)] }, /codecs has two for the type "a" of any schema; the second is a/],
    [{ codecs: [inSchema('s'), inSchema('s')] }, /codecs has two for the type "thing" of "s"/],
    [{ byName: [] }, /byName must be an object/],
    [{ byName: { mood: 'text' } }, /byName must have a codec or a function for "mood"/],
    [{ byName: { mood: { ...doubled, size: null } } }, /^byName\["mood"\]: size must be/],
    [{ byName: { int4: () => 7 } }, /^byName: what the function for "int4" returns must be a codec$/],
    [{ byName: { int4: () => ({ ...doubled, decode: 1 }) } }, /for "int4" returns: decode must be a function$/],
    [{ temporal: {} }, /temporal must have the class Instant/],
    [null, /must be an object/],
    ['string', /must be an object/],
  ]

  test.each(refused.map(([options, reason]) => ({ name: String(reason), options, reason })))(
    'is refused: $name',
    (row) => {
      expect(() => definePgTypes(row.options as PgTypesOptions)).toThrow(ConfigError)
      expect(() => definePgTypes(row.options as PgTypesOptions)).toThrow(row.reason)
    },
  )

  test.skipIf(runtimeTemporal)('includes Temporal where there is none, and says where to get it', () => {
    expect(() => definePgTypes({ date: 'temporal' })).toThrow(/temporal-polyfill/)
  })

  test('does not include the Temporal of the runtime', () => {
    const globals = globalThis as { Temporal?: unknown }
    const before = Object.getOwnPropertyDescriptor(globals, 'Temporal')
    Object.defineProperty(globals, 'Temporal', { value: Temporal, configurable: true })
    try {
      const codec = codecOf(definePgTypes({ date: 'temporal' }), 'date')
      expect(codec.typescript.select).toBe("Temporal.PlainDate | import('kysely-pgwire/types').Infinite")
    } finally {
      delete globals.Temporal
      if (before !== undefined) Object.defineProperty(globals, 'Temporal', before)
    }
  })
})

describe('a codec of the user’s own', () => {
  test('takes the place of the one with its OID, in arrays, ranges and records too', () => {
    const types = definePgTypes({ codecs: [{ ...doubled, arrayOid: 0 }] })
    expect(types.codecFor(int4.oid)).toMatchObject({ name: 'int4', arrayOid: int4.arrayOid, decode: doubled.decode })
    expect(valueFromText(codecOf(types, '_int4'), '{1,NULL}')).toEqual([2, null])
    expect(valueFromText(codecOf(types, 'int4range'), '[1,5)')).toEqual(new Range({ lower: 2, upper: 10 }))
    expect(roundTrip(codecOf(types, '_int4'), [2, 4])).toEqual([2, 4])
  })

  test('that was made from a built-in one decodes elements by its own function', () => {
    const negated = { ...int4, decode: (_bytes: Buffer, view: DataView, offset: number) => -view.getInt32(offset) }
    const array = definePgTypes({ codecs: [negated] }).codecFor(int4.arrayOid)!
    const out = new SendBuffer()
    array.encode([1, 2], out)
    expect(array.decode(out.bytes, out.view, 0, out.length)).toEqual([-1, -2])
  })

  test('serves a further OID, and its array', () => {
    const types = definePgTypes({ codecs: [asText('thing', 50_000, { arrayOid: 50_001 })] })
    expect(types.codecFor(50_000)?.name).toBe('thing')
    expect(valueFromText(types.codecFor(50_001)!, '{a,NULL}')).toEqual(['a', null])
  })

  test('without an OID waits for its name, in its schema', () => {
    const anywhere = asText('mood', 0)
    const inApp = { ...asText('mood', 0), schema: 'app' }
    expect(definePgTypes({ codecs: [anywhere] }).codecNamed(mood, asItIs)).toBe(anywhere)
    expect(definePgTypes({ codecs: [inApp] }).codecNamed(mood, asItIs)).toBeUndefined()
    expect(definePgTypes({ codecs: [inApp] }).codecNamed({ ...mood, schema: 'app' }, asItIs)).toStrictEqual(inApp)
    expect(definePgTypes({ codecs: [anywhere] }).codecFor(0)).toBeUndefined()
  })

  test('needs no more than its name, types and two functions', () => {
    const { name, typescript, decode, encode } = asText('mood', 0)
    const least = { name, typescript, decode, encode, oid: undefined } as unknown as Codec
    for (const types of [definePgTypes({ codecs: [least] }), definePgTypes({ byName: { mood: () => least } })]) {
      const codec = types.codecNamed(mood, asItIs)!
      expect(codec).toMatchObject({ oid: 0, arrayOid: 0, size: -1, delimiter: ',', samples: [], ownStrings: false })
      expect(Object.isFrozen(codec)).toBe(true)
    }
  })

  test('may share its name with that of another schema', () => {
    const types = definePgTypes({ codecs: [inSchema('a'), inSchema('b')] })
    expect(types.codecNamed({ schema: 'b', name: 'thing', kind: 'b' }, asItIs)?.schema).toBe('b')
  })

  test('stays as the user has it', () => {
    const own = { ...asText('thing', 50_000), typescript: { select: 'string', insert: 'string' } }
    definePgTypes({ codecs: [own], byName: { mood: own } })
    expect(Object.isFrozen(own)).toBe(false)
    expect(Object.isFrozen(own.typescript)).toBe(false)
  })
})

describe('a codec by name', () => {
  test('serves a built-in type under its own OIDs', () => {
    const types = definePgTypes({ byName: { uuid: shouted } })
    const uuid = codecOf(types, 'uuid')
    expect(uuid).toMatchObject({ name: 'uuid', oid: 2950, arrayOid: 2951, decode: shouted.decode })
    expect(types.codecFor(2951)?.typescript.select).toBe('(Shout | null)[]')
  })

  test('goes by schema and name before it goes by name', () => {
    const byName = { mood: asText('a', 1), 'public.mood': asText('b', 2), 'pg_catalog.int4': doubled, int4: int4 }
    const types = definePgTypes({ byName })
    expect(types.codecNamed(mood, asItIs)).toMatchObject({ name: 'mood', oid: 2 })
    expect(types.codecNamed({ ...mood, schema: 'other' }, asItIs)).toMatchObject({ name: 'mood', oid: 1 })
    expect(types.codecFor(23)?.decode).toBe(doubled.decode)
  })

  test('is made from what the driver would have used', () => {
    const seen: string[] = []
    const types = definePgTypes({
      int8: 'bigint',
      byName: {
        int8: (derived) => {
          seen.push(derived.typescript.select)
          return mapCodec(derived as Codec<bigint>, {
            decode: (value) => -value,
            encode: (value) => -(value as bigint),
          })
        },
        mood: (derived) => ({ ...derived, typescript: { select: 'Mood', insert: 'Mood' } }),
      },
    })
    expect(seen).toEqual(['bigint'])
    expect(valueFromText(codecOf(types, '_int8'), '{1,2}')).toEqual([-1n, -2n])
    expect(types.codecNamed(mood, asItIs)).toMatchObject({ name: 'mood', typescript: { select: 'Mood' } })
  })

  test('serves ranges and arrays, and what is made of them', () => {
    const types = definePgTypes({
      byName: {
        int4range: (derived) => mapCodec(derived, { decode: () => 'range', encode: () => 'empty' }),
        _int4: () => asText('list', 0),
      },
    })
    expect(valueFromText(codecOf(types, '_int4range'), '{empty}')).toEqual(['range'])
    expect(valueFromText(codecOf(types, 'int4multirange'), '{[1,2)}')).toEqual(['range'])
    expect(valueFromText(types.codecFor(1007)!, '{1}')).toBe('{1}')
  })

  test('may be that of a property which every object has', () => {
    expect(definePgTypes().codecNamed({ schema: 'public', name: 'constructor', kind: 'e' }, asItIs)).toBeUndefined()
    const types = definePgTypes({ byName: Object.fromEntries([['__proto__', asText('p', 0)]]) })
    expect(types.codecNamed({ schema: 'public', name: '__proto__', kind: 'e' }, asItIs)).toMatchObject({
      name: '__proto__',
    })
  })
})

describe('the types of known extensions', () => {
  const citext = { schema: 'extensions', name: 'citext', kind: 'b' }

  test('are found by name in any schema, as base types', () => {
    for (const codec of extensionCodecs) {
      expect(defaultTypes.codecNamed({ ...citext, name: codec.name }, asItIs)).toBe(codec)
      expect(defaultTypes.codecNamed({ ...citext, name: codec.name, kind: 'e' }, asItIs)).toBeUndefined()
    }
  })

  test('give way to the user’s choice, which may be made of them', () => {
    const types = definePgTypes({
      byName: { citext: (derived) => ({ ...derived, typescript: { select: derived.name, insert: 'x' } }) },
    })
    expect(types.codecNamed(citext, asItIs)?.typescript.select).toBe('citext')
    const own = asText('citext', 0)
    expect(definePgTypes({ codecs: [own] }).codecNamed(citext, asItIs)).toBe(own)
  })

  test('are text in the profile of pg', () => {
    expect(nodePostgresTypes.codecNamed(citext, asItIs)).toBeUndefined()
    expect(nodePostgresTypes.serverTypes).toBe('text')
  })
})

test('every profile takes values of Temporal', () => {
  const parameters: readonly [string, unknown, string][] = [
    ['timestamptz', Temporal.Instant.from('2024-02-29T20:31:23.648999Z'), '0002b589e95b63e7'],
    ['timestamptz', Temporal.ZonedDateTime.from('2024-02-29T20:31:23.648999+00:00[UTC]'), '0002b589e95b63e7'],
    ['timestamp', Temporal.PlainDateTime.from('2024-02-29T20:31:23.648999'), '0002b589e95b63e7'],
    ['date', Temporal.PlainDate.from('2024-02-29'), '00002279'],
    ['time', Temporal.PlainTime.from('00:00:00.000001'), '0000000000000001'],
    ['interval', Temporal.Duration.from('P1MT1S'), '00000000000f42400000000000000001'],
  ]
  const strings = definePgTypes({ timestamptz: 'string', timestamp: 'string', interval: 'string' })
  const asPg = definePgTypes({ timestamp: 'pg', date: 'pg', interval: 'pg' })
  for (const types of [defaultTypes, strings, asPg, nodePostgresTypes]) {
    for (const [type, value, wire] of parameters) {
      const out = new SendBuffer()
      const codec = codecOf(types, type)
      codec.encode(value, out)
      expect(out.bytes.toString('hex', 0, out.length), type).toBe(wire)
    }
  }
  expect(timestamptz.toText!(parameters[0]![1])).toBe('2024-02-29 20:31:23.648999+00')
})

test('a type that is read in another way is the same type', () => {
  const options: PgTypesOptions = {
    int8: 'bigint',
    numeric: 'number',
    timestamp: 'pg',
    date: 'pg',
    interval: 'pg',
    json: 'string',
  }
  const types = definePgTypes(options)
  for (const { oid, name, arrayOid, format, size, delimiter } of builtInCodecs) {
    expect(types.codecFor(oid), name).toMatchObject({ oid, name, arrayOid, format, size, delimiter })
  }
  expect(types.codecFor(20)?.decode).toBe(int8AsBigint.decode)
})

test('a codec that is defined keeps nothing of its definition', () => {
  const definition = { ...int4, typescript: { select: 'number', insert: 'number' } }
  const codec = defineCodec(definition)
  definition.typescript.select = 'string'
  expect(codec.typescript.select).toBe('number')
})

function inSchema(schema: string): Codec {
  return { ...asText('thing', 0), schema }
}

function codecOf(types: PgTypes, name: string): Codec {
  return types.codecFor(builtInCodecs.find((codec) => codec.name === name)!.oid)!
}

function roundTrip(codec: Codec, value: unknown): unknown {
  const out = new SendBuffer()
  if (codec.prefersText?.(value) === true) return valueFromText(codec, codec.toText!(value))
  codec.encode(value, out)
  return codec.decode(out.bytes, out.view, 0, out.length)
}
