import type { CodecCases } from '../shape.cases.ts'
import { Interval } from './interval-value.ts'
import { interval } from './interval.ts'

/** The same interval under each IntervalStyle: iso_8601, postgres, postgres_verbose and sql_standard. */
const styles: readonly (readonly [string, string, string, string, Interval])[] = [
    ['P1Y2M3DT4H5M6.789S', '1 year 2 mons 3 days 04:05:06.789', '@ 1 year 2 mons 3 days 4 hours 5 mins 6.789 secs', '+1-2 +3 +4:05:06.789', new Interval({ months: 14, days: 3, microseconds: 14706789000 })],
    ['P-1Y-2M3DT-4H-5M-6.789S', '-1 years -2 mons +3 days -04:05:06.789', '@ 1 year 2 mons -3 days 4 hours 5 mins 6.789 secs ago', '-1-2 +3 -4:05:06.789', new Interval({ months: -14, days: 3, microseconds: -14706789000 })],
    ['P1DT-0.000001S', '1 day -00:00:00.000001', '@ 1 day -0.000001 secs', '+0-0 +1 -0:00:00.000001', new Interval({ days: 1, microseconds: -1 })],
    ['PT0S', '00:00:00', '@ 0', '0', new Interval({})],
    ['PT-0.5S', '-00:00:00.5', '@ 0.5 secs ago', '-0:00:00.5', new Interval({ microseconds: -500_000 })],
    ['P1M-1DT2H', '1 mon -1 days +02:00:00', '@ 1 mon -1 days 2 hours', '+0-1 -1 +2:00:00', new Interval({ months: 1, days: -1, microseconds: 7_200_000_000 })],
    ['P-1Y-2M', '-1 years -2 mons', '@ 1 year 2 mons ago', '-1-2', new Interval({ months: -14 })],
    ['P3DT4H', '3 days 04:00:00', '@ 3 days 4 hours', '3 4:00:00', new Interval({ days: 3, microseconds: 14_400_000_000 })],
    ['P-3DT-4H', '-3 days -04:00:00', '@ 3 days 4 hours ago', '-3 4:00:00', new Interval({ days: -3, microseconds: -14_400_000_000 })],
    ['P1Y-2D', '1 year -2 days', '@ 1 year -2 days', '+1-0 -2 +0:00:00', new Interval({ months: 12, days: -2 })],
    ['PT100H', '100:00:00', '@ 100 hours', '100:00:00', new Interval({ microseconds: 360_000_000_000 })],
    ['PT2562047788H54.775807S', '2562047788:00:54.775807', '@ 2562047788 hours 54.775807 secs', '2562047788:00:54.775807', new Interval({ microseconds: 2n ** 63n - 1n })],
    ['P1MT-1S', '1 mon -00:00:01', '@ 1 mon -1 sec', '+0-1 +0 -0:00:01', new Interval({ months: 1, microseconds: -1_000_000 })],
    ['P-1M', '-1 mons', '@ 1 mon ago', '-0-1', new Interval({ months: -1 })],
    ['PT-2562047788H-54.775808S', '-2562047788:00:54.775808', '@ 2562047788 hours 54.775808 secs ago', '-2562047788:00:54.775808', new Interval({ microseconds: -(2n ** 63n) })],
    ['PT-5M', '-00:05:00', '@ 5 mins ago', '-0:05:00', new Interval({ microseconds: -300_000_000 })],
    ['P178956970Y7M-2147483648D', '178956970 years 7 mons -2147483648 days', '@ 178956970 years 7 mons -2147483648 days', '+178956970-7 -2147483648 +0:00:00', new Interval({ months: 2147483647, days: -2147483648 })],
]

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
    // Until 15, the server does not read back as many hours as it prints.
    [new Interval({ microseconds: 2n ** 63n - 1n }), 'PT2562047788H54.775807S', '7fffffffffffffff0000000000000000', 15],
    [new Interval({ microseconds: -(2n ** 63n) }), 'PT-2562047788H-54.775808S', '80000000000000000000000000000000', 15],
    [Interval.infinity, 'infinity', '7fffffffffffffff7fffffff7fffffff', 17],
    [Interval.negativeInfinity, '-infinity', '80000000000000008000000080000000', 17],
    [new Interval({ months: 2147483647, days: -2147483648 }), 'P178956970Y7M-2147483648D', '0000000000000000800000007fffffff'],
  ],
  accepted: [
    [{ months: 1 }, '00000000000000000000000000000001'],
    [{ days: 1, microseconds: 1 }, '00000000000000010000000100000000'],
    [{ microseconds: 2n ** 60n }, '10000000000000000000000000000000'],
  ],
  read: styles.flatMap(([iso, postgres, verbose, sql, value]) => [iso, postgres, verbose, sql].map((text) => [text, value] as const)),
  unreadable: ['', 'P', 'PT', 'P1', 'P1S', 'P1DT', '@', '1', '1 day ', '1 fortnight', '1 day 2 mons', '4:5:6', '1 day ago', 'now', 'P2147483648D', 'P178956971Y', '-2147483649 days', 'PT2562047789H', 'PT1.1234567S', `P${'9'.repeat(1000)}D`],
  invalid: ['1 day', {}, { hours: 1 }, { months: 1, hours: 1 }, { months: 1.5 }, { months: 2147483648 }, { days: -2147483649 }, { days: true }, { months: undefined, days: 1 }, { microseconds: 1.5 }, { microseconds: 2 ** 53 }, { microseconds: 2n ** 63n }, { microseconds: true }, 7, null, new Date(0)],
  malformed: [],
}
