import type { CodecCases } from '../shape.cases.ts'
import { tid } from './tid.ts'

export const tidCases: CodecCases<string> = {
  codec: tid,
  valid: [
    ['(0,0)', '(0,0)', '000000000000'],
    ['(0,1)', '(0,1)', '000000000001'],
    ['(2147483648,32768)', '(2147483648,32768)', '800000008000'],
    ['(4294967295,65535)', '(4294967295,65535)', 'ffffffffffff'],
  ],
  accepted: [
    ['(07,08)', '000000070008'],
  ],
  invalid: ['(4294967296,0)', '(0,65536)', '(-1,0)', '(0,-1)', '0,1', '(0)', '(0,1,2)', '( 0,1)', '', [0, 1], 7, null],
  malformed: [],
}
