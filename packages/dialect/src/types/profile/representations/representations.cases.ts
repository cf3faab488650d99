import { Temporal } from 'temporal-polyfill'

import type { Codec } from '../../codec.ts'
import { Interval } from '../../scalars/interval-value.ts'
import type { CodecCases } from '../../shape.cases.ts'
import { intervalAsString } from './intervals.ts'
import { jsonCodecs, jsonCodecsAsString } from './json.ts'
import { int8AsBigint, int8AsNumber, numericAsNumber } from './numbers.ts'
import { intervalAsPg, PgInterval } from './pg-interval.ts'
import { temporalCodecs } from './temporal.ts'
import { timestampAsString, timestamptzAsString } from './timestamps-as-string.ts'

const temporal = temporalCodecs(Temporal, 'Temporal')
const [jsonText, jsonbText] = jsonCodecsAsString as readonly [Codec, Codec]
const [jsonUpper] = jsonCodecs({ parse: (source) => source.toUpperCase() }) as readonly [Codec]

/** The cases of every other representation that does not depend on where the process runs. */
export const representationCases: readonly (CodecCases & { readonly title: string })[] = [
  {
    title: 'int8 as a bigint',
    codec: int8AsBigint,
    valid: [
      [0n, '0', '0000000000000000'],
      [-1n, '-1', 'ffffffffffffffff'],
      [2n ** 63n - 1n, '9223372036854775807', '7fffffffffffffff'],
      [-(2n ** 63n), '-9223372036854775808', '8000000000000000'],
    ],
    accepted: [[7, '0000000000000007']],
    unreadable: ['9223372036854775808', '-9223372036854775809', '1.5', '', ' 1', '0x1'],
    invalid: [1.5, 2n ** 63n, null, true],
    malformed: [],
  },
  {
    title: 'int8 as a number',
    codec: int8AsNumber,
    valid: [
      [0, '0', '0000000000000000'],
      [-1, '-1', 'ffffffffffffffff'],
      [4_294_967_296, '4294967296', '0000000100000000'],
      [Number.MAX_SAFE_INTEGER, '9007199254740991', '001fffffffffffff'],
      [Number.MIN_SAFE_INTEGER, '-9007199254740991', 'ffe0000000000001'],
    ],
    unreadable: ['9007199254740992', '-9007199254740992', '9223372036854775807', 'NaN', ''],
    invalid: [2 ** 53, 0.5],
    malformed: ['0020000000000000', 'ffe0000000000000', '7fffffffffffffff', '8000000000000000'],
  },
  {
    title: 'numeric as a number',
    codec: numericAsNumber,
    valid: [
      [0, '0', '0000000000000000'],
      [-1, '-1', '00010000400000000001'],
      [12_345.67, '12345.67', '0003000100000002000109291a2c'],
      [Number.NaN, 'NaN', '00000000c0000000'],
      [Infinity, 'Infinity', '00000000d0000020'],
      [-Infinity, '-Infinity', '00000000f0000020'],
    ],
    received: [
      ['1.2345678901234567890123456789', '000800000000001c000109291a85007b11d722c509291a85', 1.234_567_890_123_456_7],
      ['0.00000000000000', '000000000000000e', 0],
    ],
    unreadable: ['1'.padEnd(400, '0')],
    invalid: ['abc', true],
    malformed: ['000100fa000000000001'],
  },
  {
    title: 'timestamptz as a string',
    codec: timestamptzAsString,
    valid: [
      ['2000-01-01 00:00:00+00', '2000-01-01 00:00:00+00', '0000000000000000'],
      ['2024-02-29 20:31:23.648999+00', '2024-02-29 20:31:23.648999+00', '0002b589e95b63e7'],
      ['1969-12-31 23:59:59.9995+00', '1969-12-31 23:59:59.9995+00', 'fffca2fec4c81e0c'],
      ['0044-03-15 12:00:00+00 BC', '0044-03-15 12:00:00+00 BC', 'ff1af9e8fb46d000'],
      ['4714-11-24 00:00:00+00 BC', '4714-11-24 00:00:00+00 BC', 'fd0f7cc1411fa000'],
      ['294276-12-31 23:59:59.999999+00', '294276-12-31 23:59:59.999999+00', '7fffff5bb3b29fff'],
      ['infinity', 'infinity', '7fffffffffffffff'],
      ['-infinity', '-infinity', '8000000000000000'],
    ],
    accepted: [
      [new Date('2024-02-29T20:31:23.648Z'), '0002b589e95b6000'],
      [Infinity, '7fffffffffffffff'],
      [Temporal.Instant.from('2024-02-29T20:31:23.648999Z'), '0002b589e95b63e7'],
    ],
    read: [
      ['2024-02-29 22:31:23.648999+02', '2024-02-29 20:31:23.648999+00'],
      ['2000-01-01 05:45:00+05:45', '2000-01-01 00:00:00+00'],
    ],
    unreadable: ['2024-02-30 00:00:00+00', '2024-02-29 20:31:23', 'now', '294277-01-01 00:00:00+00', '4714-11-23 23:59:59+00 BC'],
    invalid: [7, {}, 'now', '2024-02-29', new Date(Number.NaN)],
    malformed: ['7ffffffffffffffe', '8000000000000001', '7fffff5bb3b2a000'],
  },
  {
    title: 'timestamp as a string',
    codec: timestampAsString,
    valid: [
      ['2024-02-29 20:31:23.000001', '2024-02-29 20:31:23.000001', '0002b589e9517cc1'],
      ['0044-03-15 12:00:00 BC', '0044-03-15 12:00:00 BC', 'ff1af9e8fb46d000'],
      ['-infinity', '-infinity', '8000000000000000'],
    ],
    accepted: [[Temporal.PlainDateTime.from('2024-02-29T20:31:23.000001'), '0002b589e9517cc1']],
    unreadable: ['2024-02-29 20:31:23+00'],
    invalid: [Temporal.Instant.from('2024-02-29T20:31:23Z')],
    malformed: ['7ffffffffffffffe'],
  },
  {
    title: 'interval as a string',
    codec: intervalAsString,
    valid: [],
    accepted: [
      [new Interval({ months: 61 }), '0000000000000000000000000000003d'],
      [{ days: 1 }, '00000000000000000000000100000000'],
    ],
    received: [
      ['P5Y1M', '0000000000000000000000000000003d', 'P5Y1M'],
      ['P1M-1DT2H', '00000001ad274800ffffffff00000001', 'P1M-1DT2H'],
      ['PT0S', '00000000000000000000000000000000', 'PT0S'],
    ],
    read: [['1 mon -1 days +02:00:00', 'P1M-1DT2H']],
    unreadable: ['P', 'x'],
    invalid: [{ hours: 1 }, 7],
    malformed: [],
  },
  {
    title: 'interval as pg has it',
    codec: intervalAsPg,
    valid: [
      [new PgInterval({}), 'PT0S', '00000000000000000000000000000000'],
      [new PgInterval({ years: 5, months: 1 }), 'P5Y1M', '0000000000000000000000000000003d'],
      [
        new PgInterval({ years: -2, months: -11, days: -10, hours: -2, milliseconds: -800 }),
        'P-2Y-11M-10DT-2H-0.8S',
        'fffffffe52cc8300fffffff6ffffffdd',
      ],
      [new PgInterval({ days: 40, seconds: 10, milliseconds: 1.234 }), 'P40DT10.001234S', '0000000000989b520000002800000000'],
    ],
    accepted: [
      [{ hours: 1, minutes: 1 }, '00000000da272b000000000000000000'],
      [{ months: 1, microseconds: 1 }, '00000000000000010000000000000001'],
      [new Interval({ months: 1 }), '00000000000000000000000000000001'],
      [Temporal.Duration.from('P1M'), '00000000000000000000000000000001'],
    ],
    invalid: [{ hours: 1.5 }, { weeks: 1 }, { hours: 1, weeks: 1 }, {}, 7, null],
    malformed: [],
  },
  {
    title: 'json as text',
    codec: jsonText,
    valid: [['{"a" : 1}', '{"a" : 1}', '7b226122203a20317d']],
    accepted: [[{ a: 1 }, '7b2261223a317d']],
    invalid: [undefined, 7n],
    malformed: [],
  },
  {
    title: 'jsonb as text',
    codec: jsonbText,
    valid: [['{"a": 12345678901234567890}', '{"a": 12345678901234567890}', '017b2261223a2031323334353637383930313233343536373839307d']],
    invalid: [undefined],
    malformed: ['', '027b7d'],
  },
  {
    title: 'json by a parser',
    codec: jsonUpper,
    valid: [],
    received: [['{"a":1}', '7b2261223a317d', '{"A":1}']],
    invalid: [],
    malformed: [],
  },
  {
    title: 'timestamptz as an Instant',
    codec: temporal.timestamptz,
    valid: [
      [Temporal.Instant.from('2024-02-29T20:31:23.648999Z'), '2024-02-29 20:31:23.648999+00', '0002b589e95b63e7'],
      [Temporal.Instant.from('1969-12-31T23:59:59.9995Z'), '1969-12-31 23:59:59.9995+00', 'fffca2fec4c81e0c'],
      [Temporal.Instant.from('-004713-11-24T00:00:00Z'), '4714-11-24 00:00:00+00 BC', 'fd0f7cc1411fa000'],
      [Temporal.Instant.from('+275760-09-13T00:00:00Z'), '275760-09-13 00:00:00+00', '77e41537f0282000'],
      [Infinity, 'infinity', '7fffffffffffffff'],
      [-Infinity, '-infinity', '8000000000000000'],
    ],
    accepted: [
      [new Date('2024-02-29T20:31:23.648Z'), '0002b589e95b6000'],
      [Temporal.ZonedDateTime.from('2024-02-29T22:31:23.648999+02:00[Europe/Helsinki]'), '0002b589e95b63e7'],
    ],
    unreadable: ['294276-12-31 23:59:59+00'],
    invalid: [
      Temporal.Instant.from('2024-02-29T20:31:23.6489991Z'),
      Temporal.Instant.from('-005000-01-01T00:00:00Z'),
      Temporal.PlainDateTime.from('2024-02-29T20:31:23'),
      7,
    ],
    malformed: ['77e41537f0282001', '7ffffffffffffffe', '8000000000000001'],
  },
  {
    title: 'timestamp as a PlainDateTime',
    codec: temporal.timestamp,
    valid: [
      [Temporal.PlainDateTime.from('2024-02-29T20:31:23.000001'), '2024-02-29 20:31:23.000001', '0002b589e9517cc1'],
      [Temporal.PlainDateTime.from('-000043-03-15T12:00:00'), '0044-03-15 12:00:00 BC', 'ff1af9e8fb46d000'],
      [Temporal.PlainDateTime.from('+000000-02-29T12:00:00'), '0001-02-29 12:00:00 BC', 'ff1fcaea0b3ff000'],
      [Temporal.PlainDateTime.from('+010000-01-01T00:00:00'), '10000-01-01 00:00:00', '0380e70b913b8000'],
      [Infinity, 'infinity', '7fffffffffffffff'],
    ],
    accepted: [[Temporal.PlainDateTime.from('2024-02-29T20:31:23.000001').withCalendar('gregory'), '0002b589e9517cc1']],
    invalid: [Temporal.PlainDate.from('2024-02-29'), Temporal.PlainDateTime.from('2024-02-29T20:31:23.0000001')],
    malformed: ['7fffff5bb3b29fff'],
  },
  {
    title: 'date as a PlainDate',
    codec: temporal.date,
    valid: [
      [Temporal.PlainDate.from('2024-02-29'), '2024-02-29', '00002279'],
      [Temporal.PlainDate.from('-000043-03-15'), '0044-03-15 BC', 'fff49d7b'],
      [Temporal.PlainDate.from('+012024-02-29'), '12024-02-29', '0037ddc2'],
      [Infinity, 'infinity', '7fffffff'],
      [-Infinity, '-infinity', '80000000'],
    ],
    accepted: [[new Date('2024-02-29T00:00:00Z'), '00002279']],
    unreadable: ['5874897-12-31'],
    invalid: [Temporal.PlainDateTime.from('2024-02-29T00:00:00'), 7],
    malformed: ['7fda970c'],
  },
  {
    title: 'time as a PlainTime',
    codec: temporal.time,
    valid: [
      [Temporal.PlainTime.from('00:00'), '00:00:00', '0000000000000000'],
      [Temporal.PlainTime.from('23:59:59.999999'), '23:59:59.999999', '000000141dd75fff'],
    ],
    accepted: [['24:00:00', '000000141dd76000']],
    unreadable: ['24:00:00'],
    invalid: [Temporal.PlainTime.from('12:00:00.0000001'), Temporal.PlainDateTime.from('2024-02-29T12:00:00')],
    malformed: ['000000141dd76000'],
  },
  {
    title: 'interval as a Duration',
    codec: temporal.interval,
    valid: [
      [Temporal.Duration.from('PT0S'), 'PT0S', '00000000000000000000000000000000'],
      [Temporal.Duration.from('P5Y1M'), 'P5Y1M', '0000000000000000000000000000003d'],
      [Temporal.Duration.from('-P2Y11M10DT2H0.8S'), 'P-2Y-11M-10DT-2H-0.8S', 'fffffffe52cc8300fffffff6ffffffdd'],
      [Temporal.Duration.from('PT2562047788H54.775807S'), 'PT2562047788H54.775807S', '7fffffffffffffff0000000000000000', 15],
      [Temporal.Duration.from('P178956970Y7M'), 'P178956970Y7M', '0000000000000000000000007fffffff'],
      [Infinity, 'infinity', '7fffffffffffffff7fffffff7fffffff', 17],
      [-Infinity, '-infinity', '80000000000000008000000080000000', 17],
    ],
    accepted: [
      [Temporal.Duration.from('P2W'), '00000000000000000000000e00000000'],
      [Temporal.Duration.from({ nanoseconds: 1000 }), '00000000000000010000000000000000'],
      [new Interval({ months: 1, days: -1 }), '0000000000000000ffffffff00000001'],
    ],
    unreadable: ['P1M-1D'],
    invalid: [Temporal.Duration.from({ nanoseconds: 1 }), Temporal.Duration.from({ days: 2 ** 31 }), 7],
    malformed: ['00000001ad274800ffffffff00000001'],
  },
]
