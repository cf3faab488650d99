import type { CodecCases } from '../shape.cases.ts'
import { citext } from './citext.ts'

export const citextCases: CodecCases<string> = {
  codec: citext,
  valid: [
    ['', '', ''],
    ['Käse', 'Käse', '4bc3a47365'],
  ],
  accepted: [[12, '3132']],
  invalid: [{}, [], null, 'nul\0', '\udc00'],
  malformed: [],
}
