import type { CodecCases } from '../shape.cases.ts'
import { pgLsn } from './pg-lsn.ts'

export const pgLsnCases: CodecCases<string> = {
  codec: pgLsn,
  valid: [
    ['0/0', '0/0', '0000000000000000'],
    ['0/1', '0/1', '0000000000000001'],
    ['16/B374D848', '16/B374D848', '00000016b374d848'],
    ['FFFFFFFF/FFFFFFFF', 'FFFFFFFF/FFFFFFFF', 'ffffffffffffffff'],
    ['80000000/0', '80000000/0', '8000000000000000'],
  ],
  accepted: [
    ['16/b374d848', '00000016b374d848'],
    ['00000000/00000001', '0000000000000001'],
  ],
  unreadable: ['0', 'G/0', '100000000/0', ''],
  invalid: ['0', '/0', '0/', '100000000/0', '0/100000000', 'G/0', ' 0/0', '0/0/0', 0, null],
  malformed: [],
}
