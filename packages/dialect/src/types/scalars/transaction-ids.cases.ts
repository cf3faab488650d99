import type { CodecCases } from '../shape.cases.ts'
import { cid, xid, xid8 } from './transaction-ids.ts'

export const xidCases: CodecCases<number> = {
  codec: xid,
  valid: [
    [0, '0', '00000000'],
    [3, '3', '00000003'],
    [2147483648, '2147483648', '80000000'],
    [4294967295, '4294967295', 'ffffffff'],
  ],
  accepted: [
    [7n, '00000007'],
  ],
  unreadable: ['', '-1', '4294967296', 'x'],
  invalid: [-1, 4294967296, 0.5, '3', true, null],
  malformed: [],
}

export const cidCases: CodecCases<number> = {
  codec: cid,
  valid: [
    [0, '0', '00000000'],
    [4294967295, '4294967295', 'ffffffff'],
  ],
  invalid: [-1, 4294967296, 0.5, '3'],
  malformed: [],
}

export const xid8Cases: CodecCases<string> = {
  codec: xid8,
  valid: [
    ['0', '0', '0000000000000000'],
    ['1', '1', '0000000000000001'],
    ['4294967296', '4294967296', '0000000100000000'],
    ['9007199254740993', '9007199254740993', '0020000000000001'],
    ['9223372036854775808', '9223372036854775808', '8000000000000000'],
    ['18446744073709551615', '18446744073709551615', 'ffffffffffffffff'],
  ],
  accepted: [
    [7, '0000000000000007'],
    [9007199254740991, '001fffffffffffff'],
    [18446744073709551615n, 'ffffffffffffffff'],
    ['007', '0000000000000007'],
  ],
  unreadable: ['18446744073709551616', '-1', ''],
  invalid: [-1, -1n, 2 ** 53, 0.5, 18446744073709551616n, '18446744073709551616', '-1', '', '0x10', ' 1', '1e3', Number.NaN, true, null],
  malformed: [],
}
