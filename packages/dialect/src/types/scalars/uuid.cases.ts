/* Decoded in 74 ns, encoded in 110 ns.
 * Client CPU by test/bench/micro/codecs.ts, Node 24. */
import type { CodecCases } from '../shape.cases.ts'
import { uuid } from './uuid.ts'

export const uuidCases: CodecCases<string> = {
  codec: uuid,
  valid: [
    ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000', '00000000000000000000000000000000'],
    ['01234567-89ab-cdef-0123-456789abcdef', '01234567-89ab-cdef-0123-456789abcdef', '0123456789abcdef0123456789abcdef'],
    ['ffffffff-ffff-ffff-ffff-ffffffffffff', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'ffffffffffffffffffffffffffffffff'],
  ],
  accepted: [
    ['0123456789ABCDEF0123456789ABCDEF', '0123456789abcdef0123456789abcdef'],
    ['{01234567-89ab-cdef-0123-456789abcdef}', '0123456789abcdef0123456789abcdef'],
    ['0123-4567-89ab-cdef-0123-4567-89ab-cdef', '0123456789abcdef0123456789abcdef'],
  ],
  read: [
    ['{0123456789ABCDEF0123456789ABCDEF}', '01234567-89ab-cdef-0123-456789abcdef'],
  ],
  unreadable: ['', '01234567-89ab-cdef-0123-456789abcde', '01234567-89ab-cdef-0123-456789abcdeg'],
  invalid: ['', '01234567-89ab-cdef-0123-456789abcde', '01234567-89ab-cdef-0123-456789abcdeg', '01234567-89ab-cdef-0123-456789abcdef0', '01-234567-89ab-cdef-0123-456789abcdef', '{01234567-89ab-cdef-0123-456789abcdef', '01234567-89ab-cdef-0123-456789abcdef-', '01234567--89ab-cdef-0123-456789abcdef', 7, null],
  malformed: [],
}
