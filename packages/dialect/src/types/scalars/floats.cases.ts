import type { CodecCases } from '../shape.cases.ts'
import { float4, float8 } from './floats.ts'

export const float4Cases: CodecCases<number> = {
  codec: float4,
  valid: [
    [0, '0', '00000000'],
    [-0, '-0', '80000000'],
    [1, '1', '3f800000'],
    [0.1, '0.1', '3dcccccd'],
    [-3.1415927, '-3.1415927', 'c0490fdb'],
    [16777216, '1.6777216e+07', '4b800000'],
    [123456790, '1.2345679e+08', '4ceb79a3'],
    [3.4028235e38, '3.4028235e+38', '7f7fffff'],
    [1e-45, '1e-45', '00000001'],
    [1.1754944e-38, '1.1754944e-38', '00800000'],
    [0.0001, '0.0001', '38d1b717'],
    // The fewest digits would lie exactly between this and the next.
    [57103352, '5.7103352e+07', '4c59d4fe'],
    [-515734020, '-5.1573402e+08', 'cdf5ebd0'],
    // Exactly between two of 8 digits.
    [0.00024414062, '0.00024414062', '39800000'],
    [1e10, '1e+10', '501502f9'],
    [Number.NaN, 'NaN', '7fc00000'],
    [Infinity, 'Infinity', '7f800000'],
    [-Infinity, '-Infinity', 'ff800000'],
  ],
  accepted: [
    [5n, '40a00000'],
    [0.10000000149011612, '3dcccccd'],
  ],
  // With extra_float_digits = 0.
  read: [
    ['1.4013e-45', 1e-45],
    ['3.14159', 3.14159],
  ],
  unreadable: ['', '1e+39', '-1e+39', '1e-50', 'inf', '+1', '.5', '5.', '0x10', '1_000', ' 1', '1 ', '-NaN'],
  invalid: [1e39, -1e39, 1e-50, true, '1', 2n ** 60n + 1n, null],
  malformed: [],
}

export const float8Cases: CodecCases<number> = {
  codec: float8,
  valid: [
    [0, '0', '0000000000000000'],
    [-0, '-0', '8000000000000000'],
    [0.1, '0.1', '3fb999999999999a'],
    [Number.MAX_VALUE, '1.7976931348623157e+308', '7fefffffffffffff'],
    [Number.MIN_VALUE, '5e-324', '0000000000000001'],
    [0.0001, '0.0001', '3f1a36e2eb1c432d'],
    [-1e-20, '-1e-20', 'bbc79ca10c924223'],
    [1.222e-98, '1.222e-98', '2b9aba6b9165fc27'],
    [Math.PI, '3.141592653589793', '400921fb54442d18'],
    [-123456.789, '-123456.789', 'c0fe240c9fbe76c9'],
    [9007199254740992, '9.007199254740992e+15', '4340000000000000'],
    [Number.NaN, 'NaN', '7ff8000000000000'],
    [Infinity, 'Infinity', '7ff0000000000000'],
    [-Infinity, '-Infinity', 'fff0000000000000'],
  ],
  accepted: [
    [2n ** 60n, '43b0000000000000'],
  ],
  read: [
    ['0.333333333333333', 0.333333333333333],
    ['1e+308', 1e308],
    ['0.0e+5', 0],
    ['-0.00', -0],
  ],
  unreadable: ['', '1e+309', '1e-400', '-0.01e-400', '-1.8e+308', 'Infinity ', '+1', '.5', '0x10', '1e'],
  invalid: [true, '1', 2n ** 60n + 1n, 10n ** 400n, new Date(0)],
  malformed: [],
}
