import { builtInRanges } from './built-in-ranges.ts'
import type { Codec } from '../codec.ts'
import { multirangeOf } from './multirange-of.ts'
import { rangeOf } from './range-of.ts'
import { Range } from './range-value.ts'
import { date } from '../scalars/date.ts'
import { int8 } from '../scalars/int8.ts'
import { int4 } from '../scalars/integers.ts'
import { numeric } from '../scalars/numeric.ts'
import { timestamp, timestamptz } from '../scalars/timestamp.ts'
import type { CodecCases } from '../shape.cases.ts'

const int4range = builtInRange(int4)
const int4multirange = builtInMultirange(int4)
const nummultirange = builtInMultirange(numeric)

export const int4rangeCases: CodecCases<Range<number>> = {
  codec: int4range,
  valid: [
    [new Range({ lower: 1, upper: 10 }), '[1,10)', '020000000400000001000000040000000a'],
    [new Range({ lower: -2147483648 }), '[-2147483648,)', '120000000480000000'],
    [new Range({ upper: 2147483647 }), '(,2147483647)', '08000000047fffffff'],
    [new Range<number>({ lower: null }), '(,)', '18'],
    [Range.empty, 'empty', '01'],
  ],
  accepted: [
    [{ lower: 1, upper: 10 }, '020000000400000001000000040000000a'],
    [{ lower: 1, upper: null, bounds: '[]' }, '120000000400000001'],
    [{ upper: 10n, bounds: '[)' }, '08000000040000000a'],
    [{ lower: null, upper: null, bounds: '()', empty: true }, '01'],
    [{ lower: 1, upper: null, empty: false }, '120000000400000001'],
    [{ empty: false }, '18'],
  ],
  invalid: [{}, { bounds: '[)' }, { lower: 1.5 }, { lower: undefined }, { lower: 1, upper: undefined }, { lower: 1, bounds: undefined }, { lower: 1, empty: undefined }, { lower: 1, upper: 2, bounds: '[[' }, { lower: 1, bounds: null }, { lower: 1, to: 2 }, { lower: 1, empty: true }, { upper: 1, empty: true }, { empty: 1 }, { ['__proto__']: 1, lower: 1 }, [1, 2], [], 7, null, undefined, '[1,2)', new Date(0), new Map(), () => 1],
  malformed: ['', '00', '02', '0102', '03', '0a', '14', '20', '40', '80', 'ff', '19', '1a', '1c', '38', '1800', '12', '1200000004', '12000000040000', '12000000030000000000', '120000000500000001ff', '12ffffffff', '127fffffff00000001', '12fffffffe', '120000000400000001ff', '0200000004000000017fffffff0000000a', '020000000400000001'],
}

export const numrangeCases: CodecCases<Range<string>> = {
  codec: builtInRange(numeric),
  valid: [
    [new Range({ lower: '1.50', upper: 'NaN', bounds: '(]' }), '(1.50,NaN]', '040000000c0002000000000002000113880000000800000000c0000000'],
    [new Range({ lower: '7', upper: '7', bounds: '[]' }), '[7,7]', '060000000a000100000000000000070000000a00010000000000000007'],
  ],
  accepted: [
    [{ lower: 7, upper: 7n, bounds: '[]' }, '060000000a000100000000000000070000000a00010000000000000007'],
  ],
  invalid: [{ lower: true }],
  malformed: ['12000000020001'],
}

export const int8rangeCases: CodecCases<Range<string>> = {
  codec: builtInRange(int8),
  valid: [
    [new Range({ lower: '-9223372036854775808', upper: '9223372036854775807' }), '[-9223372036854775808,9223372036854775807)', '02000000088000000000000000000000087fffffffffffffff'],
  ],
  invalid: [{ lower: 2 ** 53 }],
  malformed: [],
}

export const daterangeCases: CodecCases<Range<string>> = {
  codec: builtInRange(date),
  valid: [
    [new Range({ lower: '2024-02-29', upper: 'infinity' }), '[2024-02-29,infinity)', '020000000400002279000000047fffffff'],
    [new Range({ lower: '-infinity', upper: 'infinity', bounds: '[]' }), '[-infinity,infinity]', '060000000480000000000000047fffffff'],
  ],
  accepted: [
    [{ lower: new Date('2024-02-29T00:00:00Z') }, '120000000400002279'],
  ],
  invalid: [{ lower: 0 }],
  malformed: [],
}

export const tsrangeCases: CodecCases<Range<Date | number>> = {
  codec: builtInRange(timestamp),
  valid: [
    [new Range<Date | number>({ lower: new Date('2000-01-01T00:00:00Z'), upper: Infinity, bounds: '()' }), '("2000-01-01 00:00:00",infinity)', '00000000080000000000000000000000087fffffffffffffff'],
  ],
  invalid: [{ lower: new Date(Number.NaN) }],
  malformed: [],
}

export const tstzrangeCases: CodecCases<Range<Date | number>> = {
  codec: builtInRange(timestamptz),
  valid: [
    [new Range<Date | number>({ lower: new Date('2000-01-01T00:00:00.001Z') }), '["2000-01-01 00:00:00.001+00",)', '120000000800000000000003e8'],
  ],
  invalid: [{ lower: 0 }],
  malformed: [],
}

export const int4multirangeCases: CodecCases<Range<number>[]> = {
  codec: int4multirange,
  valid: [
    [[], '{}', '00000000'],
    [[new Range({ upper: 2 }), new Range({ lower: 5, upper: 7 })], '{(,2),[5,7)}', '0000000200000009080000000400000002000000110200000004000000050000000400000007'],
    [[new Range<number>({ lower: null })], '{(,)}', '000000010000000118'],
  ],
  accepted: [
    [[{ upper: 2 }], '0000000100000009080000000400000002'],
  ],
  invalid: [[null], [undefined], [, { lower: 1 }], [7], [[{ lower: 1 }]], { lower: 1 }, new Range({ lower: 1 }), '{}', null, 7, [{ lower: 1.5 }]],
  malformed: ['', '000000', '0000000000', '00000001', '7fffffff', 'ffffffff', '0000000100000000', '00000001ffffffff18', '000000017fffffff18', '00000001000000021800', '000000020000000118', '00000001000000011800'],
}

export const nummultirangeCases: CodecCases<Range<string>[]> = {
  codec: nummultirange,
  valid: [
    [[new Range({ lower: '7', upper: '7', bounds: '[]' })], '{[7,7]}', '000000010000001d060000000a000100000000000000070000000a00010000000000000007'],
  ],
  invalid: [[{ lower: true }]],
  malformed: [],
}

function builtInRange<T>(subtype: Codec<T>): Codec<Range<T>> {
  return rangeOf(subtype, identities(subtype).range)
}

function builtInMultirange<T>(subtype: Codec<T>): Codec<Range<T>[]> {
  return multirangeOf(builtInRange(subtype), identities(subtype).multirange)
}

function identities(subtype: Codec): (typeof builtInRanges)[number] {
  return builtInRanges.find(({ subtypeOid }) => subtypeOid === subtype.oid)!
}
