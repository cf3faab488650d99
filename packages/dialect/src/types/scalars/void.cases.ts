import type { CodecCases } from '../codec-case.ts'
import { voidType } from './void.ts'

export const voidCases: CodecCases<null> = {
  codec: voidType,
  valid: [],
  received: [['', '', null]],
  invalid: ['', 1, {}],
  malformed: [],
}
