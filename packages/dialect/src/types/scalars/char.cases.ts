import type { CodecCases } from '../shape.cases.ts'
import { char } from './char.ts'

export const charCases: CodecCases<string> = {
  codec: char,
  valid: [
    ['', '', '00'],
    ['a', 'a', '61'],
    [' ', ' ', '20'],
    ['\\', '\\', '5c'],
    ['\\200', '\\200', '80', 16],
    ['\\377', '\\377', 'ff', 16],
    ['"', '"', '22'],
    ['\u0001', '', '01'],
  ],
  accepted: [
    ['\\101', '41'],
  ],
  read: [
    ['\\101', 'A'],
    ['\\000', ''],
  ],
  unreadable: ['ab', 'é', '\ufffd', '\\400', '\\08'],
  invalid: ['ab', 'é', '\\400', 1, null, true],
  malformed: [],
}
