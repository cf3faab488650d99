import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../bytes/send-buffer.ts'
import { InvalidValueError } from '../errors/codec-error.ts'
import { arrayOf } from './arrays/array-of.ts'
import { builtInCodecs, scalarCodecs } from './built-in.ts'
import { codecCases } from './codec.cases.ts'
import { type Codec, TEXT } from './codec.ts'
import { bit, varbit } from './scalars/bit-strings.ts'
import { bool } from './scalars/bool.ts'
import { bytea } from './scalars/bytea.ts'
import { char } from './scalars/char.ts'
import { date } from './scalars/date.ts'
import { float4, float8 } from './scalars/floats.ts'
import { box, circle, line, lseg, point } from './scalars/geometric-fixed.ts'
import { path, polygon } from './scalars/geometric-lists.ts'
import { int8 } from './scalars/int8.ts'
import { int2, int4, oid } from './scalars/integers.ts'
import { Interval } from './scalars/interval-value.ts'
import { interval } from './scalars/interval.ts'
import { json, jsonb } from './scalars/json.ts'
import { jsonpath } from './scalars/jsonpath.ts'
import { macaddr, macaddr8 } from './scalars/macaddr.ts'
import { cidr, inet } from './scalars/network-addresses.ts'
import { numeric } from './scalars/numeric.ts'
import { pgLsn } from './scalars/pg-lsn.ts'
import { pgSnapshot, txidSnapshot } from './scalars/snapshots.ts'
import { bpchar, cstring, name, text, unknown, varchar } from './scalars/text.ts'
import { tid } from './scalars/tid.ts'
import { time, timetz } from './scalars/time.ts'
import { timestamp, timestamptz } from './scalars/timestamp.ts'
import { cid, xid, xid8 } from './scalars/transaction-ids.ts'
import { uuid } from './scalars/uuid.ts'
import { int2vector, oidvector } from './scalars/vectors.ts'
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

const anyUint32 = fc.integer({ min: 0, max: 0xffff_ffff })
const anyBits = fc.stringMatching(/^[01]*$/)
const anyPoint = plainRecord({ x: fc.double(), y: fc.double() })
const anyPoints = fc.array(anyPoint, { minLength: 1, maxLength: 5 })
// Runs of zeros, and the beginnings that make an IPv6 address print as IPv4.
const anyAddress = fc
  .oneof(fc.constant(4), fc.constant(16))
  .chain((size) => fc.array(fc.constantFrom(0, 0, 0, 1, 0xff, 0x7f), { minLength: size, maxLength: size }))
const anyInet = fc.tuple(anyAddress, fc.nat(128), fc.boolean()).map(([address, prefix, network]) => {
  const bits = Math.min(prefix, address.length * 8)
  const kept = address.map((byte, index) => byte & (0xff00 >> Math.min(Math.max(bits - index * 8, 0), 8)) & 0xff)
  return [address.length === 4 ? 2 : 3, bits, network ? 1 : 0, address.length].concat(network ? kept : address)
})
const anySnapshot = fc
  .uniqueArray(fc.bigInt({ min: 1n, max: 0xffff_fffen }), { minLength: 2, maxLength: 6 })
  .map((all) => {
    const [xmin, ...others] = all.sort((left, right) => (left < right ? -1 : 1))
    const xmax = others.pop()
    return `${xmin}:${xmax}:${others.join(',')}`
  })

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
  ...[text, varchar, bpchar, name, unknown, cstring, jsonpath].map((codec) => [codec, anyText] as const),
  ...scalarCodecs.filter(({ format }) => format === TEXT).map((codec) => [codec, anyText] as const),
  [bit, anyBits],
  [varbit, anyBits],
  [inet, decoded(inet, () => anyInet.map((bytes) => Buffer.from(bytes)))],
  [cidr, decoded(cidr, () => anyInet.filter(([, , network]) => network === 1).map((bytes) => Buffer.from(bytes)))],
  [macaddr, decoded(macaddr, () => anyBytes(6))],
  [macaddr8, decoded(macaddr8, () => anyBytes(8))],
  [pgLsn, decoded(pgLsn, () => anyBytes(8))],
  [xid, anyUint32],
  [cid, anyUint32],
  [xid8, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)],
  [tid, decoded(tid, () => anyBytes(6))],
  [pgSnapshot, anySnapshot],
  [txidSnapshot, anySnapshot],
  [int2vector, fc.array(fc.integer({ min: -0x8000, max: 0x7fff }))],
  [oidvector, fc.array(anyUint32)],
  [point, anyPoint],
  [lseg, plainRecord({ a: anyPoint, b: anyPoint })],
  [box, plainRecord({ high: anyPoint, low: anyPoint })],
  [line, plainRecord({ a: fc.double(), b: fc.double(), c: fc.double() })],
  [circle, plainRecord({ x: fc.double(), y: fc.double(), radius: fc.double({ min: 0 }) })],
  [path, plainRecord({ open: fc.boolean(), points: anyPoints })],
  [polygon, plainRecord({ points: anyPoints })],
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

test('the binary form of a type that travels as text gives a value or a reason for any bytes', () => {
  const codecs = scalarCodecs.filter(({ decodeBinary }) => decodeBinary !== undefined)
  const bytes = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 1, 2, 3, 4, 0x61) }, fc.nat(255)))
  fc.assert(
    fc.property(fc.constantFrom(...codecs), fc.nat(8), bytes, (codec, count, rest) => {
      const value = Buffer.from([0, 0, 0, count, ...rest])
      decodesOrRefuses({ ...codec, decode: codec.decodeBinary! }, value)
    }),
    { numRuns: 20_000 },
  )
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

/** Objects with the prototype that decoded ones have. */
function plainRecord(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  return fc.record(fields, { noNullPrototype: true })
}

function anyBytes(length: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes))
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
