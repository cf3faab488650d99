import type { CodecCases } from '../shape.cases.ts'
import { int2, int4, oid } from './integers.ts'

export const int2Cases: CodecCases<number> = {
  codec: int2,
  valid: [
    [0, '0', '0000'],
    [1, '1', '0001'],
    [-1, '-1', 'ffff'],
    [32767, '32767', '7fff'],
    [-32768, '-32768', '8000'],
  ],
  accepted: [
    [7n, '0007'],
    [-0, '0000'],
  ],
  unreadable: ['', '32768', '-32769', '1.0', '-0', '01', ' 1', '1e1', '0x1', '+1'],
  invalid: [32768, -32769, 1.9, Number.NaN, Infinity, true, '1', 2n ** 64n, null, [1], new Date(0)],
  malformed: [],
}

export const int4Cases: CodecCases<number> = {
  codec: int4,
  valid: [
    [0, '0', '00000000'],
    [1, '1', '00000001'],
    [-1, '-1', 'ffffffff'],
    [2147483647, '2147483647', '7fffffff'],
    [-2147483648, '-2147483648', '80000000'],
  ],
  accepted: [
    [7n, '00000007'],
    [-0, '00000000'],
    [1e3, '000003e8'],
  ],
  unreadable: ['', '2147483648', '-2147483649', '99999999999', '1.5', '1\n'],
  invalid: [2147483648, -2147483649, 1.9, Number.NaN, -Infinity, true, '1', 2147483648n, {}, undefined],
  malformed: [],
}

export const oidCases: CodecCases<number> = {
  codec: oid,
  valid: [
    [0, '0', '00000000'],
    [2147483648, '2147483648', '80000000'],
    [4294967295, '4294967295', 'ffffffff'],
  ],
  accepted: [
    [4294967295n, 'ffffffff'],
  ],
  unreadable: ['-1', '4294967296', 'pg_class'],
  invalid: [-1, 4294967296, 0.5, -1n, true],
  malformed: [],
}
