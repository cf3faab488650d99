/**
 * Random values for every type, and what is known about them without our codecs: how a value is written as PostgreSQL's
 * input, and what the text that a server prints (UTC, ISO, iso_8601) means in JavaScript.
 */
import fc from 'fast-check'

import { Range } from '../../packages/dialect/src/types/ranges/range-value.ts'
import { Interval } from '../../packages/dialect/src/types/scalars/interval-value.ts'
import { calendarDate, parseMoment, timeOfDay, writeMoment, zoneOffset } from './calendar.ts'

export interface TypeArbitrary<Value = unknown> {
  /** What can be sent. */
  readonly values: fc.Arbitrary<Value>
  /** The value as the server's input. */
  write(value: Value): string
  /** What the server is given to print. Default: the values, written. */
  readonly texts?: fc.Arbitrary<string>
  /** What is received for a value that is printed so. */
  readonly read: (printed: string) => unknown
}

const INT4 = { min: -0x8000_0000, max: 0x7fff_ffff }
const INT8 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }
const UINT8 = { min: 0n, max: 2n ** 64n - 1n }
const DAY_US = 86_400_000_000n

/** Between 4713 BC and 275760 AD: what a server and a Date both have. */
const MOMENT_MS = { min: -210_866_803_200_000, max: 8.64e15 }
/** From 4713 BC to 5874897 AD, counted from 1970. */
const DAY = { min: -2_440_588, max: 2_145_042_905 }

const identity = (text: string): string => text

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed()),
  fc.string({ unit: fc.constantFrom(...'{}()[],;"\'\\ =>:\n\tNULabc'.split('')) }),
  fc.constantFrom('', 'NULL', 'null', '"', '\\', ' ', 'infinity', '{}', '()', 'empty'),
)

const double = fc.double()
const plainDouble = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 })

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Text that is written and read as it is. */
function printedAs(values: fc.Arbitrary<string>): TypeArbitrary<string> {
  return { values, write: identity, read: identity }
}

function numbers(values: fc.Arbitrary<number>): TypeArbitrary<number> {
  return { values, write: numberText, read: Number }
}

/** Texts of whole numbers, which are sent as any of JavaScript's. */
function wholeNumbers(values: fc.Arbitrary<bigint>): TypeArbitrary<string | number | bigint> {
  return {
    values: values.chain((value) =>
      fc.constantFrom(value, String(value), ...(Number.isSafeInteger(Number(value)) ? [Number(value)] : [])),
    ),
    write: String,
    read: identity,
  }
}

function json(stringUnit: 'grapheme' | 'binary'): TypeArbitrary {
  return {
    // A string is JSON text already, null is SQL's, and there is no -0.
    values: fc
      .jsonValue({ stringUnit })
      .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
      .filter(
        (value) => value !== null && typeof value !== 'string' && !/\\u(0000|d[89a-f])/.test(JSON.stringify(value)),
      ),
    write: (value) => JSON.stringify(value),
    texts: fc
      .jsonValue({ stringUnit })
      .map((value) => JSON.stringify(value))
      .filter((text) => text !== 'null' && !/\\u(0000|d[89a-f])/.test(text)),
    read: (printed) => JSON.parse(printed) as unknown,
  }
}

type Coordinates = readonly number[]

/** A shape of so many coordinates, or of any number of pairs. */
function geometric<Value>(
  coordinates: fc.Arbitrary<Coordinates>,
  make: (coordinates: Coordinates, printed: string) => Value,
  write: (value: Value) => string,
): TypeArbitrary<Value> {
  return {
    values: coordinates.map((each) => make(each, '(')),
    write,
    read: (printed) => make(printed.match(/[^()[\]<>{},]+/g)!.map(Number), printed),
  }
}

const coordinates = (count: number, each: fc.Arbitrary<number> = double): fc.Arbitrary<Coordinates> =>
  fc.array(each, { minLength: count, maxLength: count })
const pairs: fc.Arbitrary<Coordinates> = fc
  .array(fc.tuple(double, double), { minLength: 1, maxLength: 8 })
  .map((points) => points.flat())
const pointOf = (each: Coordinates, at = 0) => ({ x: each[at]!, y: each[at + 1]! })
const pointsOf = (each: Coordinates) => Array.from({ length: each.length / 2 }, (_, index) => pointOf(each, index * 2))
const pointText = ({ x, y }: { x: number; y: number }) => `(${numberText(x)},${numberText(y)})`

/** A value of an ordered type, from its place in the order. */
interface Ordered<Value> {
  readonly places: fc.Arbitrary<bigint>
  readonly at: (place: bigint) => Value
  readonly write: (value: Value) => string
  readonly read: (printed: string) => unknown
}

const bounds = fc.constantFrom('[)', '[]', '(]', '()')

function rangeOf<Value>(type: Ordered<Value>, limits: fc.Arbitrary<bigint> = type.places): fc.Arbitrary<Range<Value>> {
  return fc
    .tuple(limits, limits, bounds, fc.boolean(), fc.boolean(), fc.nat(9))
    .map(([one, two, bounds, unboundedBelow, unboundedAbove, kind]) => {
      if (kind === 0) return new Range<Value>({ empty: true })
      const [lower, upper] = one <= two ? [one, two] : [two, one]
      return new Range<Value>({
        lower: unboundedBelow ? null : type.at(lower),
        upper: unboundedAbove ? null : type.at(upper),
        bounds,
      })
    })
}

function rangeText<Value>({ lower, upper, bounds, empty }: Range<Value>, write: (value: Value) => string): string {
  if (empty) return 'empty'
  const end = (value: Value | null) => (value === null ? '' : `"${write(value)}"`)
  return `${bounds[0]}${end(lower)},${end(upper)}${bounds[1]}`
}

function readRange(printed: string, read: (printed: string) => unknown): Range<unknown> {
  if (printed === 'empty') return Range.empty
  const [, opening, lower, upper, closing] = /^([[(])(.*),(.*)([\])])$/.exec(printed)!
  const end = (text: string) => (text === '' ? null : read(text.replaceAll('"', '')))
  return new Range({ lower: end(lower!), upper: end(upper!), bounds: `${opening}${closing}` as '[)' })
}

function ranges<Value>(type: Ordered<Value>): TypeArbitrary<Range<Value>> {
  return {
    values: rangeOf(type),
    write: (value) => rangeText(value, type.write),
    read: (printed) => readRange(printed, type.read),
  }
}

function multiranges<Value>(type: Ordered<Value>): TypeArbitrary<Range<Value>[]> {
  return {
    values: fc.array(rangeOf(type), { maxLength: 5 }),
    write: (value) => `{${value.map((range) => rangeText(range, type.write)).join(',')}}`,
    read: (printed) => (printed.match(/[[(][^\])]*[\])]/g) ?? []).map((range) => readRange(range, type.read)),
  }
}

const int4Places: Ordered<number> = {
  // The end of a canonical range is one behind its last.
  places: fc.bigInt({ min: BigInt(INT4.min), max: BigInt(INT4.max) - 1n }),
  at: Number,
  write: String,
  read: Number,
}
const int8Places: Ordered<string> = {
  places: fc.bigInt({ min: INT8.min, max: INT8.max - 1n }),
  at: String,
  write: identity,
  read: identity,
}
const numericPlaces: Ordered<string> = { ...int8Places, at: (place) => decimal(place, 6) }
const datePlaces: Ordered<string> = {
  places: fc.bigInt({ min: BigInt(DAY.min), max: BigInt(DAY.max) - 1n }),
  at: (place) => calendarDate(Number(place)),
  write: identity,
  read: identity,
}
const momentPlaces = (zone: string): Ordered<Date> => ({
  places: fc.bigInt({ min: BigInt(MOMENT_MS.min), max: BigInt(MOMENT_MS.max) }),
  at: (place) => new Date(Number(place)),
  write: (value) => writeMoment(value, zone),
  read: parseMoment,
})

function moments(zone: string): TypeArbitrary<Date | number> {
  const { places, at, read } = momentPlaces(zone)
  const write = (value: Date | number) => writeMoment(value, zone)
  return {
    values: fc.oneof({ weight: 30, arbitrary: places.map(at) }, fc.constantFrom(Infinity, -Infinity)),
    write,
    // Microseconds are more than a Date holds.
    texts: fc
      .tuple(places, fc.nat(999))
      .map(([place, micros]) => write(at(place)).replace(/(\.\d{3})/, `$1${String(micros).padStart(3, '0')}`)),
    read,
  }
}

function decimal(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const fraction = scale === 0 ? '' : `.${digits.slice(-scale)}`
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${fraction}`
}

const numericText = fc
  .tuple(fc.bigInt({ min: -(10n ** 80n), max: 10n ** 80n }), fc.nat(90), fc.nat(200))
  .map(([unscaled, shift, scale]) => decimal(unscaled / 10n ** BigInt(shift), scale % 60))

const hexadecimal = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((each) => Array.from(each, (byte) => byte.toString(16).padStart(2, '0')).join(':'))

function address(network: boolean): fc.Arbitrary<string> {
  return fc
    .tuple(fc.boolean(), fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(128), fc.nat(0xff), fc.boolean())
    .map(([v6, bytes, prefix, sparse, bare]) => {
      const length = v6 ? 128 : 32
      const mask = prefix % (length + 1)
      const masked = Array.from(bytes, (byte, index) => {
        // Runs of zeroes are what the short form of IPv6 is about.
        const own = v6 && ((sparse >> (index >> 1)) & 1) === 0 ? 0 : byte
        return network ? own & ((0xff00 >> Math.max(0, Math.min(8, mask - index * 8))) & 0xff) : own
      })
      const groups = Array.from({ length: 8 }, (_, index) =>
        (masked[index * 2]! * 256 + masked[index * 2 + 1]!).toString(16),
      )
      const host = v6 ? groups.join(':') : masked.slice(0, 4).join('.')
      return bare && !network ? host : `${host}/${mask}`
    })
}

const lexeme = anyText
  .filter((text) => text !== '' && text.length < 30)
  .map((text) => `'${text.replace(/['\\]/g, '$&$&')}'`)
const label = fc.stringMatching(/^[A-Za-z0-9_]{1,12}$/)
const objectNames = (...names: string[]) => printedAs(fc.constantFrom(...names))
const snapshots = printedAs(
  // An id is none when its lower half is zero.
  fc
    .uniqueArray(
      fc.bigInt({ min: 0n, max: 2n ** 61n }).map((id) => id * 2n + 1n),
      { minLength: 2, maxLength: 9 },
    )
    .map((ids) => {
      const [first, ...rest] = ids.sort((a, b) => (a < b ? -1 : 1))
      return `${first}:${rest.at(-1)}:${rest.slice(0, -1).join(',')}`
    }),
)

const hstorePairs = /"((?:[^"\\]|\\[^])*)"=>(?:NULL|"((?:[^"\\]|\\[^])*)")/g
const hstoreText = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`

const singles = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ min: 2 ** 24, max: 2 ** 36, noNaN: true }),
)

/** By `pg_type.typname`. Arrays have none of their own: the values of all types are sent and received in arrays. */
export const arbitraries: Readonly<Record<string, TypeArbitrary>> = {
  aclitem: objectNames('=r/pg_monitor', 'pg_monitor=arw*/pg_read_all_stats', 'pg_monitor=X*/pg_monitor'),
  bit: printedAs(fc.stringMatching(/^[01]{1,200}$/)),
  bool: { values: fc.boolean(), write: String, read: (printed) => printed === 't' },
  box: geometric(
    coordinates(4, plainDouble),
    (each) => ({ high: pointOf(each), low: pointOf(each, 2) }),
    ({ high, low }) => `${pointText(high)},${pointText(low)}`,
  ),
  bpchar: printedAs(anyText),
  bytea: {
    values: fc.uint8Array({ maxLength: 300 }),
    write: (value: Uint8Array) => `\\x${Buffer.from(value).toString('hex')}`,
    read: (printed) => Buffer.from(printed.slice(2), 'hex'),
  },
  char: printedAs(fc.integer({ min: 0, max: 127 }).map((byte) => (byte === 0 ? '' : String.fromCharCode(byte)))),
  cid: numbers(fc.nat(0xffff_ffff)),
  cidr: printedAs(address(true)),
  circle: geometric(
    fc.tuple(double, double, fc.double({ min: 0, noNaN: true })),
    (each) => ({ ...pointOf(each), radius: each[2]! }),
    ({ radius, ...centre }) => `<${pointText(centre)},${numberText(radius)}>`,
  ),
  citext: printedAs(anyText),
  cube: printedAs(
    fc
      .array(fc.tuple(double, double), { maxLength: 6 })
      .map(
        (sides) =>
          `(${sides.map(([lower]) => numberText(lower)).join(', ')}),(${sides.map(([, upper]) => numberText(upper)).join(', ')})`,
      ),
  ),
  date: printedAs(
    fc.oneof({ weight: 30, arbitrary: fc.integer(DAY).map(calendarDate) }, fc.constantFrom('infinity', '-infinity')),
  ),
  datemultirange: multiranges(datePlaces),
  daterange: ranges(datePlaces),
  float4: numbers(
    fc.oneof(
      fc.float(),
      fc.integer({ min: 0, max: 0xffff_ffff }).map(singleOf),
      fc.float({ min: 2 ** 24, max: 2 ** 36 }),
    ),
  ),
  float8: numbers(double),
  geography: wellKnownBinary(
    '0101000020e6100000',
    fc.tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true })),
  ),
  geometry: wellKnownBinary('0101000000', fc.tuple(plainDouble, plainDouble)),
  halfvec: vectors(
    fc.oneof(
      fc.float({ min: -65_504, max: 65_504, noNaN: true }),
      fc.float({ min: Math.fround(1e-9), max: Math.fround(0.001), noNaN: true }),
    ),
  ),
  hstore: {
    values: fc.dictionary(anyText, fc.option(anyText), { noNullPrototype: true }),
    write: (value: Record<string, string | null>) =>
      Object.entries(value)
        .map(([key, item]) => `${hstoreText(key)}=>${item === null ? 'NULL' : hstoreText(item)}`)
        .join(','),
    read: (printed) =>
      Object.fromEntries(
        Array.from(printed.matchAll(hstorePairs), ([, key, item]) => [
          key!.replace(/\\([^])/g, '$1'),
          item === undefined ? null : item.replace(/\\([^])/g, '$1'),
        ]),
      ),
  },
  inet: printedAs(address(false)),
  int2: numbers(fc.integer({ min: -0x8000, max: 0x7fff })),
  int2vector: vectorOf(fc.integer({ min: -0x8000, max: 0x7fff })),
  int4: numbers(fc.integer(INT4)),
  int4multirange: multiranges(int4Places),
  int4range: ranges(int4Places),
  int8: wholeNumbers(fc.bigInt(INT8)),
  int8multirange: multiranges(int8Places),
  int8range: ranges(int8Places),
  interval: {
    values: fc
      .record({
        months: fc.integer(INT4),
        days: fc.integer(INT4),
        // Servers before 15 read fewer than 2^31 hours.
        microseconds: fc.bigInt({ min: -7_000_000_000_000_000_000n, max: 7_000_000_000_000_000_000n }),
      })
      .map((fields) => new Interval(fields)),
    write: ({ months, days, microseconds }: Interval) => {
      const magnitude = microseconds < 0n ? -microseconds : microseconds
      const time = `${magnitude / 3_600_000_000n}:${timeOfDay(magnitude % 3_600_000_000n).slice(3)}`
      return `${months} mons ${days} days ${microseconds < 0n ? '-' : ''}${time}`
    },
    read: readInterval,
  },
  json: json('binary'),
  jsonb: json('binary'),
  jsonpath: printedAs(
    fc
      .tuple(fc.boolean(), anyText, fc.nat(1000), fc.constantFrom('*', 'last', '1 to 3'))
      .map(
        ([strict, key, number, index]) =>
          `${strict ? 'strict ' : ''}$.${JSON.stringify(key)}[${index}]?(@ > ${number})`,
      ),
  ),
  line: geometric(
    coordinates(3, fc.double({ min: 0.5, max: 1e50, noNaN: true })),
    (each) => ({ a: each[0]!, b: each[1]!, c: each[2]! }),
    ({ a, b, c }) => `{${a},${b},${c}}`,
  ),
  lquery: printedAs(
    fc
      .array(fc.oneof(label, fc.constantFrom('*', '*{2}', '*{1,3}', 'a|b', '!a', 'x@*')), { minLength: 1 })
      .map((levels) => levels.join('.')),
  ),
  lseg: geometric(
    coordinates(4),
    (each) => ({ a: pointOf(each), b: pointOf(each, 2) }),
    ({ a, b }) => `[${pointText(a)},${pointText(b)}]`,
  ),
  ltree: printedAs(fc.array(label).map((labels) => labels.join('.'))),
  ltxtquery: printedAs(fc.array(label, { minLength: 1 }).map((words) => words.join(' & '))),
  macaddr: printedAs(hexadecimal(6)),
  macaddr8: printedAs(hexadecimal(8)),
  money: printedAs(
    fc.bigInt(INT8).map((cents) => {
      const [whole, fraction] = decimal(cents < 0n ? -cents : cents, 2).split('.')
      return `${cents < 0n ? '-' : ''}$${whole!.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`
    }),
  ),
  name: printedAs(anyText.filter((text) => Buffer.byteLength(text) < 64)),
  numeric: {
    values: fc.oneof(
      { weight: 10, arbitrary: numericText },
      fc.constantFrom('NaN', 'Infinity', '-Infinity'),
      fc.bigInt(INT8),
      fc.double(),
    ),
    write: (value: string | number | bigint) => (Object.is(value, -0) ? '0' : String(value)),
    read: identity,
  },
  nummultirange: multiranges(numericPlaces),
  numrange: ranges(numericPlaces),
  oid: numbers(fc.nat(0xffff_ffff)),
  oidvector: vectorOf(fc.nat(0xffff_ffff)),
  path: geometric(
    pairs,
    (each, printed) => ({ open: printed.startsWith('['), points: pointsOf(each) }),
    ({ open, points }) => `${open ? '[' : '('}${points.map(pointText).join(',')}${open ? ']' : ')'}`,
  ),
  pg_lsn: printedAs(
    fc.bigInt(UINT8).map((lsn) => `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`.toUpperCase()),
  ),
  pg_snapshot: snapshots,
  point: geometric(coordinates(2), (each) => pointOf(each), pointText),
  polygon: geometric(
    pairs,
    (each) => ({ points: pointsOf(each) }),
    ({ points }) => `(${points.map(pointText).join(',')})`,
  ),
  refcursor: printedAs(anyText),
  regclass: objectNames('pg_class', 'pg_type', 'information_schema.tables'),
  regcollation: objectNames('-', '"C"', '"default"'),
  regconfig: objectNames('-', 'simple'),
  regdictionary: objectNames('-', 'simple'),
  regnamespace: objectNames('-', 'pg_catalog', 'public', 'information_schema'),
  regoper: objectNames('0', '||/'),
  regoperator: objectNames('0', '+(integer,integer)', '||/(NONE,double precision)'),
  regproc: objectNames('-', 'now', 'pg_backend_pid'),
  regprocedure: objectNames('-', 'lower(text)', 'now()', 'substring(text,integer,integer)'),
  regrole: objectNames('-', 'pg_monitor'),
  regtype: objectNames('-', 'integer', 'character varying', 'timestamp with time zone[]', '"char"'),
  seg: printedAs(
    fc
      .tuple(fc.nat(99_999), fc.nat(99_999), fc.constantFrom('', '<', '~', '>'))
      .map(
        ([one, two, mark]) =>
          `${mark}${decimal(BigInt(Math.min(one, two)), 2)} .. ${decimal(BigInt(Math.max(one, two)), 2)}`,
      ),
  ),
  sparsevec: {
    values: fc
      .tuple(
        fc.uniqueArray(fc.nat(999_999), { maxLength: 50 }),
        fc.array(
          singles.filter((each) => each !== 0),
          { minLength: 50, maxLength: 50 },
        ),
      )
      .map(([indices, values]) => ({
        dimensions: 1_000_000,
        indices: indices.sort((a, b) => a - b),
        values: values.slice(0, indices.length),
      })),
    write: ({ dimensions, indices, values }: { dimensions: number; indices: number[]; values: number[] }) =>
      `{${indices.map((index, at) => `${index + 1}:${values[at]!}`).join(',')}}/${dimensions}`,
    read: (printed) => {
      const elements = Array.from(printed.matchAll(/(\d+):([^,}]+)/g))
      return {
        dimensions: Number(printed.split('/')[1]),
        indices: elements.map(([, index]) => Number(index) - 1),
        values: elements.map(([, , element]) => Number(element)),
      }
    },
  },
  text: printedAs(anyText),
  tid: printedAs(fc.tuple(fc.nat(0xffff_ffff), fc.nat(0xffff)).map(([block, row]) => `(${block},${row})`)),
  time: printedAs(fc.bigInt({ min: 0n, max: DAY_US }).map(timeOfDay)),
  timestamp: moments(''),
  timestamptz: moments('+00'),
  timetz: printedAs(
    fc
      .tuple(fc.bigInt({ min: 0n, max: DAY_US }), fc.integer({ min: -57_599, max: 57_599 }))
      .map(([time, zone]) => `${timeOfDay(time)}${zoneOffset(zone)}`),
  ),
  tsmultirange: multiranges(momentPlaces('')),
  tsquery: printedAs(fc.array(lexeme, { minLength: 1, maxLength: 6 }).map((lexemes) => lexemes.join(' & '))),
  tsrange: ranges(momentPlaces('')),
  tstzmultirange: multiranges(momentPlaces('+00')),
  tstzrange: ranges(momentPlaces('+00')),
  tsvector: printedAs(
    fc
      .array(fc.tuple(lexeme, fc.integer({ min: 1, max: 16_383 }), fc.constantFrom('', 'A', 'B', 'C')))
      .map((words) => words.map(([word, at, weight]) => `${word}:${at}${weight}`).join(' ')),
  ),
  txid_snapshot: snapshots,
  uuid: printedAs(fc.uuid()),
  varbit: printedAs(fc.stringMatching(/^[01]{0,200}$/)),
  varchar: printedAs(anyText),
  vector: vectors(singles),
  xid: numbers(fc.nat(0xffff_ffff)),
  xid8: wholeNumbers(fc.bigInt(UINT8)),
  xml: printedAs(fc.stringMatching(/^[ -;=?-~äöü€]*$/).map((text) => `<a b="c">${text.replaceAll('&', '&amp;')}</a>`)),
}

function vectors(element: fc.Arbitrary<number>): TypeArbitrary<number[]> {
  return {
    values: fc.array(element, { minLength: 1, maxLength: 40 }),
    write: (value) => `[${value.map(numberText).join(',')}]`,
    read: (printed) => printed.slice(1, -1).split(',').map(Number),
  }
}

function vectorOf(element: fc.Arbitrary<number>): TypeArbitrary<number[]> {
  return {
    values: fc.array(element, { maxLength: 20 }),
    write: (value) => value.join(' '),
    read: (printed) => (printed === '' ? [] : printed.split(' ').map(Number)),
  }
}

/** A point, in the byte order that a server of ours prints. */
function wellKnownBinary(header: string, points: fc.Arbitrary<readonly [number, number]>): TypeArbitrary<Uint8Array> {
  return {
    values: points.map(([x, y]) => {
      const bytes = Buffer.alloc(16)
      bytes.writeDoubleLE(x)
      bytes.writeDoubleLE(y, 8)
      return Buffer.concat([Buffer.from(header, 'hex'), bytes])
    }),
    write: (value) => Buffer.from(value).toString('hex'),
    read: (printed) => Buffer.from(printed, 'hex'),
  }
}

function singleOf(bits: number): number {
  return new Float32Array(new Uint32Array([bits]).buffer)[0]!
}

function readInterval(printed: string): Interval {
  const [, date, time]: readonly (string | undefined)[] = /^P([^T]*)(?:T(.*))?$/.exec(printed) ?? []
  const part = (source: string | undefined, unit: string) =>
    new RegExp(`(-?)(\\d+)(?:\\.(\\d+))?${unit}`).exec(source ?? '') ?? [null, '', '0', undefined]
  const amount = (source: string | undefined, unit: string) => {
    const [, sign, whole, fraction = ''] = part(source, unit)
    const micros = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
    return sign === '-' ? -micros : micros
  }
  const whole = (unit: string) => Number(amount(date, unit) / 1_000_000n)
  return new Interval({
    months: whole('Y') * 12 + whole('M'),
    days: whole('D'),
    microseconds: amount(time, 'H') * 3600n + amount(time, 'M') * 60n + amount(time, 'S'),
  })
}
