import type { CodecCases } from '../shape.cases.ts'
import { cube } from './cube.ts'

export const cubeCases: CodecCases<string> = {
  codec: cube,
  valid: [
    ['()', '()', '2829'],
    ['(1, 2),(3, 4)', '(1, 2),(3, 4)', '28312c2032292c28332c203429'],
  ],
  invalid: [{}, [1, 2], null],
  malformed: [],
}

/** The same texts in binary, which is how they stand in an anonymous record. */
export const cubesInBinary: readonly (readonly [text: string, wire: string])[] = [
  ['()', '80000000'],
  ['(0)', '800000010000000000000000'],
  ['(1, 2.5, 1e+100)', '800000033ff0000000000000400400000000000054b249ad2594c37d'],
  ['(0, -Infinity),(1e-07, Infinity)', '000000020000000000000000fff00000000000003e7ad7f29abcaf487ff0000000000000'],
  ['(NaN)', '800000017ff8000000000000'],
  ['(0.0001, 100000000000000, 1e+15, 1.2345678901234568e+17, -0)', '800000053f1a36e2eb1c432d42d6bcc41e900000430c6bf526340000437b69b4ba630f358000000000000000'],
  ['(1e-05)', '800000013ee4f8b588e368f1'],
]

export const malformedCubes: readonly string[] = ['', '800000', '80000001', '00000001' + '00'.repeat(8), 'ffffffff', '7fffffff', '8000000000']
