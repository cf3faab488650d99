import type { CodecCases } from '../shape.cases.ts'
import { voidType } from './void.ts'

export const voidCases: CodecCases<null> = {
  codec: voidType,
  valid: [],
  received: [['', '', null]],
  unreadable: ['f'],
  invalid: ['', 1, {}],
  malformed: [],
}
