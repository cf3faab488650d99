import type { CodecCases } from '../codec-case.ts'
import { bool } from './bool.ts'

export const boolCases: CodecCases<boolean> = {
  codec: bool,
  valid: [
    [true, 'true', '01'],
    [false, 'false', '00'],
  ],
  invalid: [1, 0, 'true', new Boolean(true), {}],
  malformed: ['02', 'ff'],
}
