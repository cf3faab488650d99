import type { CodecCases } from '../shape.cases.ts'
import { seg } from './seg.ts'

export const segCases: CodecCases<string> = {
  codec: seg,
  valid: [
    ['5', '5', '35'],
    ['6.25 .. 6.50', '6.25 .. 6.50', '362e3235202e2e20362e3530'],
    ['~-2.0', '~-2.0', '7e2d322e30'],
  ],
  invalid: [{}, [1, 2], null],
  malformed: [],
}
