import type { CodecCases } from '../shape.cases.ts'
import { jsonpath } from './jsonpath.ts'

export const jsonpathCases: CodecCases<string> = {
  codec: jsonpath,
  valid: [
    ['$', '$', '0124'],
    ['$."a"[*]?(@ > 1)', '$."a"[*]?(@ > 1)', '01242e2261225b2a5d3f2840203e203129'],
    ['strict $."a b"."ü"', 'strict $."a b"."ü"', '0173747269637420242e22612062222e22c3bc22'],
    ['$.**{2 to last}."k".type()', '$.**{2 to last}."k".type()', '01242e2a2a7b3220746f206c6173747d2e226b222e747970652829'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: ['', '0224', '00'],
}
