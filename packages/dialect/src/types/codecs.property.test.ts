import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../bytes/send-buffer.ts'
import { InvalidValueError } from '../errors/codec-error.ts'
import { arrayOf } from './array-of.ts'
import { builtInCodecs, scalarCodecs } from './built-in.ts'
import { codecCases } from './codec.cases.ts'
import type { Codec } from './codec.ts'
import { Interval } from './interval-value.ts'
import { bool } from './scalars/bool.ts'
import { bytea } from './scalars/bytea.ts'
import { char } from './scalars/char.ts'
import { date } from './scalars/date.ts'
import { float4, float8 } from './scalars/floats.ts'
import { int8 } from './scalars/int8.ts'
import { int2, int4, oid } from './scalars/integers.ts'
import { interval } from './scalars/interval.ts'
import { json, jsonb } from './scalars/json.ts'
import { numeric } from './scalars/numeric.ts'
import { bpchar, cstring, name, text, unknown, varchar } from './scalars/text.ts'
import { time, timetz } from './scalars/time.ts'
import { timestamp, timestamptz } from './scalars/timestamp.ts'
import { uuid } from './scalars/uuid.ts'
import { voidType } from './scalars/void.ts'
import { asText } from './text-fallback.ts'

const INT4 = { min: -0x8000_0000, max: 0x7fff_ffff }
const INT8 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

const anyText = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0') && value.isWellFormed())
const digits = (maxLength: number) => fc.stringMatching(/^[0-9]*$/).map((value) => value.slice(0, maxLength))
const anyNumeric = fc.tuple(fc.boolean(), digits(60), digits(60)).map(([negative, whole, fraction]) => {
  const integer = whole.replace(/^0+/, '') || '0'
  const isZero = /^0*$/.test(integer + fraction)
  return `${negative && !isZero ? '-' : ''}${integer}${fraction === '' ? '' : `.${fraction}`}`
})
const anyTimestamp = fc.oneof(
  fc.date({ min: new Date(-210_866_803_200_000), max: new Date(8.64e15), noInvalidDate: true }),
  fc.constantFrom(Infinity, -Infinity),
)
// `-0` has no JSON, and a string is JSON text already.
const anyJson = fc
  .jsonValue()
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
  .filter((value) => typeof value !== 'string' && value !== null)
const anyTime = decoded(time, () => int64Bytes(fc.bigInt({ min: 0n, max: 86_400_000_000n })))
const anyTimetz = decoded(timetz, () =>
  fc
    .tuple(int64Bytes(fc.bigInt({ min: 0n, max: 86_400_000_000n })), fc.integer({ min: -57_599, max: 57_599 }))
    .map(([bytes, zone]) => Buffer.concat([bytes, int32Bytes(zone)])),
)

/** What each type decodes to. */
const representations = new Map<Codec, fc.Arbitrary<unknown>>([
  [bool, fc.boolean()],
  [int2, fc.integer({ min: -0x8000, max: 0x7fff })],
  [int4, fc.integer(INT4)],
  [oid, fc.integer({ min: 0, max: 0xffff_ffff })],
  [int8, fc.bigInt(INT8).map(String)],
  [float4, decoded(float4, () => fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes)))],
  [float8, fc.double()],
  [numeric, fc.oneof(anyNumeric, fc.constantFrom('NaN', 'Infinity', '-Infinity'))],
  ...[text, varchar, bpchar, name, unknown, cstring].map((codec) => [codec, anyText] as const),
  [
    char,
    fc
      .integer({ min: 0, max: 255 })
      .map((byte) => char.decode(Buffer.from([byte]), new DataView(new ArrayBuffer(1)), 0, 1)),
  ],
  [bytea, fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))],
  [uuid, fc.uuid()],
  [json, anyJson],
  [jsonb, anyJson],
  [date, decoded(date, () => fc.integer({ min: -2_451_545, max: 2_145_031_948 }).map(int32Bytes))],
  [time, anyTime],
  [timetz, anyTimetz],
  [timestamp, anyTimestamp],
  [timestamptz, anyTimestamp],
  [
    interval,
    fc
      .record({ months: fc.integer(INT4), days: fc.integer(INT4), microseconds: fc.bigInt(INT8) })
      .map((fields) => new Interval(fields)),
  ],
])

test('every built-in type has a representation here', () => {
  expect(scalarCodecs.filter((codec) => codec !== voidType && !representations.has(codec))).toEqual([])
})

describe.each(Array.from(representations, ([codec, values]) => ({ type: codec.name, codec, values })))(
  '$type',
  ({ codec, values }) => {
    test('arrives as it was sent', () => {
      fc.assert(fc.property(values, (value) => arrives(roundTrip(codec, value), value)))
    })

    test('arrives as it was sent in arrays, with NULLs, in every dimension', () => {
      if (codec.arrayOid === 0) return
      const array = arrayOf(codec)
      const items = fc.option(values, { nil: null, freq: 4 })
      const lists = codec.encodesArrays ? fc.array(items) : nested(items)
      fc.assert(fc.property(lists, (value) => arrives(roundTrip(array, value), value)))
    })
  },
)

test('an array of text arrives as it was sent through a literal', () => {
  const array = arrayOf(asText('any', 16_384, { arrayOid: 16_385, delimiter: ';' }))
  const items = fc.option(fc.oneof(anyText, fc.constantFrom('', 'null', 'NULL', ' ', '{;}', '\\', '"')), { nil: null })
  fc.assert(fc.property(nested(items), (value) => arrives(roundTrip(array, value), value)))
})

describe.each(
  [...builtInCodecs, arrayOf(asText('any', 16_384, { arrayOid: 16_385 }))].map((codec) => ({
    type: codec.name,
    codec,
  })),
)('$type', ({ codec }) => {
  test('gives a value or a reason for any bytes', () => {
    const bytes =
      codec.size === -1
        ? fc.uint8Array({ maxLength: 64 })
        : fc.uint8Array({ minLength: codec.size, maxLength: codec.size })
    fc.assert(fc.property(bytes, (value) => decodesOrRefuses(codec, Buffer.from(value))))
  })
})

test('an array gives a value or a reason after any change to its bytes', () => {
  const arrays = codecCases.filter(({ codec, valid }) => codec.name.startsWith('_') && valid.length > 0)
  const damage = fc.array(fc.tuple(fc.nat(200), fc.constantFrom(0, 1, 4, 0x7f, 0x80, 0xff)), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(fc.constantFrom(...arrays), fc.nat(), damage, fc.nat(40), ({ codec, valid }, row, changes, cut) => {
      const intact = Buffer.from(valid[row % valid.length]![2], 'hex')
      const bytes = intact.subarray(0, Math.max(0, intact.length - (cut > 30 ? cut - 30 : 0)))
      for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte
      decodesOrRefuses(codec, bytes)
    }),
    { numRuns: 5000 },
  )
})

test('a literal gives a value or a reason after any change to its text', () => {
  const array = arrayOf(asText('any', 16_384, { arrayOid: 16_385 }))
  const source = fc.array(fc.constantFrom(...'{},"\\[]:=1aN '.split(''), 'NULL'), { maxLength: 30 })
  fc.assert(
    fc.property(source, (parts) => decodesOrRefuses(array, Buffer.from(parts.join('')))),
    { numRuns: 5000 },
  )
})

function arrives(received: unknown, sent: unknown): void {
  expect(received).toStrictEqual(sent)
}

function decodesOrRefuses(codec: Codec, value: Buffer): void {
  try {
    decode(codec, value)
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidValueError)
  }
}

function roundTrip(codec: Codec, value: unknown): unknown {
  const out = new SendBuffer()
  codec.encode(value, out)
  return decode(codec, out.bytes.subarray(0, out.length))
}

/** Decodes the bytes where they would stand in a receive buffer, with others around them. */
function decode(codec: Codec, value: Buffer): unknown {
  const bytes = Buffer.allocUnsafeSlow(value.length + 6).fill(0xee)
  value.copy(bytes, 3)
  return codec.decode(bytes, new DataView(bytes.buffer), 3, value.length)
}

function decoded(codec: Codec, bytes: () => fc.Arbitrary<Buffer>): fc.Arbitrary<unknown> {
  return bytes().map((value) => decode(codec, value))
}

function int32Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function int64Bytes(values: fc.Arbitrary<bigint>): fc.Arbitrary<Buffer> {
  return values.map((value) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(value)
    return bytes
  })
}

/** Arrays that are as long and as deep everywhere, of up to six dimensions. */
function nested(items: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> {
  const lengths = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 6 })
  return fc.oneof(
    fc.array(items),
    lengths.chain(
      (dimensions) =>
        dimensions.reduceRight<fc.Arbitrary<unknown>>(
          (inner, length) => fc.array(inner, { minLength: length, maxLength: length }),
          items,
        ) as fc.Arbitrary<unknown[]>,
    ),
  )
}
