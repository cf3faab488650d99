import type { CodecCases } from '../shape.cases.ts'
import { timestamp, timestamptz } from './timestamp.ts'

export const timestamptzCases: CodecCases<Date | number> = {
  codec: timestamptz,
  valid: [
    [new Date('2000-01-01T00:00:00.000Z'), '2000-01-01 00:00:00+00', '0000000000000000'],
    [new Date('1970-01-01T00:00:00.000Z'), '1970-01-01 00:00:00+00', 'fffca2fec4c82000'],
    [new Date('2024-02-29T20:31:23.648Z'), '2024-02-29 20:31:23.648+00', '0002b589e95b6000'],
    [new Date('1969-12-31T23:59:59.999Z'), '1969-12-31 23:59:59.999+00', 'fffca2fec4c81c18'],
    [new Date('-000043-03-15T12:00:00.000Z'), '0044-03-15 12:00:00+00 BC', 'ff1af9e8fb46d000'],
    [new Date('0001-01-01T00:00:00.000Z'), '0001-01-01 00:00:00+00', 'ff1fe2ffc59c6000'],
    [new Date('9999-12-31T23:59:59.999Z'), '9999-12-31 23:59:59.999+00', '0380e70b913b7c18'],
    [new Date('+010000-01-01T00:00:00.000Z'), '10000-01-01 00:00:00+00', '0380e70b913b8000'],
    [new Date(8.64e15), '275760-09-13 00:00:00+00', '77e41537f0282000'],
    [new Date('-004713-11-24T00:00:00.000Z'), '4714-11-24 00:00:00+00 BC', 'fd0f7cc1411fa000'],
    [Infinity, 'infinity', '7fffffffffffffff'],
    [-Infinity, '-infinity', '8000000000000000'],
  ],
  received: [
    ['2024-02-29 20:31:23.648999+00', '0002b589e95b63e7', new Date('2024-02-29T20:31:23.648Z')],
    ['1969-12-31 23:59:59.9995+00', 'fffca2fec4c81e0c', new Date('1969-12-31T23:59:59.999Z')],
    ['0001-01-01 00:00:00.000001+00', 'ff1fe2ffc59c6001', new Date('0001-01-01T00:00:00.000Z')],
  ],
  invalid: [new Date(Number.NaN), new Date('-004713-11-23T23:59:59.999Z'), 0, Number.NaN, 7n, {}, null, true, 'now'],
  malformed: ['7ffffffffffffffe', '8000000000000001', '7fffffff00000000'],
}

export const timestampCases: CodecCases<Date | number> = {
  codec: timestamp,
  valid: [
    [new Date('2000-01-01T00:00:00.000Z'), '2000-01-01 00:00:00', '0000000000000000'],
    [new Date('2024-02-29T20:31:23.648Z'), '2024-02-29 20:31:23.648', '0002b589e95b6000'],
    [new Date('-000043-03-15T12:00:00.000Z'), '0044-03-15 12:00:00 BC', 'ff1af9e8fb46d000'],
    [new Date(8.64e15), '275760-09-13 00:00:00', '77e41537f0282000'],
    [Infinity, 'infinity', '7fffffffffffffff'],
    [-Infinity, '-infinity', '8000000000000000'],
  ],
  invalid: [new Date(Number.NaN), 0, 'now', {}],
  malformed: ['7ffffffffffffffe', '8000000000000001'],
}
