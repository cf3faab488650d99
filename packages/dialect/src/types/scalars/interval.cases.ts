import type { CodecCases } from '../shape.cases.ts'
import { Interval } from '../interval-value.ts'
import { interval } from './interval.ts'

export const intervalCases: CodecCases<Interval> = {
  codec: interval,
  valid: [
    [new Interval({}), 'PT0S', '00000000000000000000000000000000'],
    [new Interval({ months: 61 }), 'P5Y1M', '0000000000000000000000000000003d'],
    [new Interval({ months: -35, days: -10, microseconds: -7_200_800_000 }), 'P-2Y-11M-10DT-2H-0.8S', 'fffffffe52cc8300fffffff6ffffffdd'],
    [new Interval({ days: 40, microseconds: 10_001_234 }), 'P40DT10.001234S', '0000000000989b520000002800000000'],
    [new Interval({ months: 1, days: -1, microseconds: 7_200_000_000 }), 'P1M-1DT2H', '00000001ad274800ffffffff00000001'],
    [new Interval({ microseconds: -1 }), 'PT-0.000001S', 'ffffffffffffffff0000000000000000'],
    [new Interval({ days: -100, microseconds: -400_000_000 }), 'P-100DT-6M-40S', 'ffffffffe8287c00ffffff9c00000000'],
    [new Interval({ microseconds: 2n ** 63n - 1n }), 'PT2562047788H54.775807S', '7fffffffffffffff0000000000000000'],
    [new Interval({ microseconds: -(2n ** 63n) }), 'PT-2562047788H-54.775808S', '80000000000000000000000000000000'],
    [new Interval({ months: 2147483647, days: -2147483648 }), 'P178956970Y7M-2147483648D', '0000000000000000800000007fffffff'],
  ],
  accepted: [
    [{ months: 1 }, '00000000000000000000000000000001'],
    [{ days: 1, microseconds: 1 }, '00000000000000010000000100000000'],
    [{ microseconds: 2n ** 60n }, '10000000000000000000000000000000'],
  ],
  invalid: ['1 day', {}, { hours: 1 }, { months: 1, hours: 1 }, { months: 1.5 }, { months: 2147483648 }, { days: -2147483649 }, { days: true }, { microseconds: 1.5 }, { microseconds: 2 ** 53 }, { microseconds: 2n ** 63n }, { microseconds: true }, 7, null, new Date(0)],
  malformed: [],
}
