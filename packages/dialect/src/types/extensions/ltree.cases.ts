import type { CodecCases } from '../shape.cases.ts'
import { lquery, ltree, ltxtquery } from './ltree.ts'

export const ltreeCases: CodecCases<string> = {
  codec: ltree,
  valid: [
    ['', '', '01'],
    ['a', 'a', '0161'],
    ['Top.b_1', 'Top.b_1', '01546f702e625f31'],
  ],
  accepted: [[1, '0131']],
  invalid: [{}, null, 'a\0'],
  malformed: ['', '00', '0261'],
}

export const lqueryCases: CodecCases<string> = {
  codec: lquery,
  valid: [
    ['*', '*', '012a'],
    ['*{1,2}.!pizza|sushi', '*{1,2}.!pizza|sushi', '012a7b312c327d2e2170697a7a617c7375736869'],
    ['a@*.b%.c', 'a@*.b%.c', '0161402a2e62252e63'],
  ],
  invalid: [{}, null],
  malformed: ['', '00'],
}

export const ltxtqueryCases: CodecCases<string> = {
  codec: ltxtquery,
  valid: [
    ['a', 'a', '0161'],
    ['a & b@* & !c', 'a & b@* & !c', '016120262062402a2026202163'],
    ['a | !( b & c )', 'a | !( b & c )', '0161207c2021282062202620632029'],
  ],
  invalid: [{}, null],
  malformed: ['', '00'],
}
