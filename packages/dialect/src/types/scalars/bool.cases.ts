import type { CodecCases } from '../shape.cases.ts'
import { bool } from './bool.ts'

export const boolCases: CodecCases<boolean> = {
  codec: bool,
  valid: [
    [true, 't', '01'],
    [false, 'f', '00'],
  ],
  unreadable: ['', 'true', 'T', 't ', '1'],
  invalid: [1, 0, 'true', new Boolean(true), {}],
  malformed: ['02', 'ff'],
}
