import type { CodecCases } from '../shape.cases.ts'
import { box, circle, line, lseg, point } from './geometric-fixed.ts'
import type { Box, Circle, Line, LineSegment, Point } from './geometric-values.ts'

export const pointCases: CodecCases<Point> = {
  codec: point,
  valid: [
    [{ x: 0, y: 0 }, '(0,0)', '00000000000000000000000000000000'],
    [{ x: 1.5, y: -2 }, '(1.5,-2)', '3ff8000000000000c000000000000000'],
    [{ x: 1e-7, y: 1e21 }, '(1e-07,1e+21)', '3e7ad7f29abcaf48444b1ae4d6e2ef50'],
    [{ x: -0, y: 5e-324 }, '(-0,5e-324)', '80000000000000000000000000000001'],
    [{ x: Number.NaN, y: -Infinity }, '(NaN,-Infinity)', '7ff8000000000000fff0000000000000'],
    [{ x: 0.1, y: Number.MAX_VALUE }, '(0.1,1.7976931348623157e+308)', '3fb999999999999a7fefffffffffffff'],
  ],
  accepted: [
    ['(1.5,-2)', '3ff8000000000000c000000000000000'],
    ['(1e-7,1e+21)', '3e7ad7f29abcaf48444b1ae4d6e2ef50'],
    [{ x: 7n, y: 0 }, '401c0000000000000000000000000000'],
  ],
  unreadable: ['', '(1,2', '(1,)', '(1,2),', '(1;2)', '(1,0x2)', '(1e999,0)'],
  invalid: ['(1e-400,0)', '(1,2', '1,2', '(1, 2)', '(1,2,3)', '(a,b)', '', [1, 2], { x: 1 }, { x: 1, y: 2, z: 3 }, { x: '1', y: 2 }, { x: 1, y: null }, 1, null, new Date(0), new Map(), { x: 2n ** 60n + 1n, y: 0 }],
  malformed: [],
}

export const lsegCases: CodecCases<LineSegment> = {
  codec: lseg,
  valid: [
    [{ a: { x: 0, y: 0 }, b: { x: 1, y: 1.5 } }, '[(0,0),(1,1.5)]', '000000000000000000000000000000003ff00000000000003ff8000000000000'],
    [{ a: { x: Infinity, y: -1 }, b: { x: Number.NaN, y: 0 } }, '[(Infinity,-1),(NaN,0)]', '7ff0000000000000bff00000000000007ff80000000000000000000000000000'],
  ],
  accepted: [
    ['[(0,0),(1,1.5)]', '000000000000000000000000000000003ff00000000000003ff8000000000000'],
  ],
  invalid: ['[(0,0)]', '(0,0),(1,1)', { a: { x: 1, y: 2 } }, { a: { x: 1, y: 2 }, b: { x: 1 } }, { a: { x: 1, y: 2 }, b: null }, [], null],
  malformed: [],
}

export const boxCases: CodecCases<Box> = {
  codec: box,
  valid: [
    [{ high: { x: 1, y: 1 }, low: { x: 0, y: 0 } }, '(1,1),(0,0)', '3ff00000000000003ff000000000000000000000000000000000000000000000'],
    [{ high: { x: 2.5, y: 4 }, low: { x: -1, y: 3 } }, '(2.5,4),(-1,3)', '40040000000000004010000000000000bff00000000000004008000000000000'],
    [{ high: { x: Infinity, y: 1 }, low: { x: -Infinity, y: 0 } }, '(Infinity,1),(-Infinity,0)', '7ff00000000000003ff0000000000000fff00000000000000000000000000000'],
    [{ high: { x: Number.NaN, y: 2 }, low: { x: 0, y: 1 } }, '(NaN,2),(0,1)', '7ff8000000000000400000000000000000000000000000003ff0000000000000'],
  ],
  accepted: [
    ['(1,1),(0,0)', '3ff00000000000003ff000000000000000000000000000000000000000000000'],
  ],
  invalid: ['(0,0)', { high: { x: 1, y: 2 } }, { high: { x: 1, y: 2 }, low: 3 }, null],
  malformed: [],
}

export const lineCases: CodecCases<Line> = {
  codec: line,
  valid: [
    [{ a: 1, b: 2, c: -3 }, '{1,2,-3}', '3ff00000000000004000000000000000c008000000000000'],
    [{ a: 0, b: 1, c: 0.5 }, '{0,1,0.5}', '00000000000000003ff00000000000003fe0000000000000'],
    [{ a: Number.NaN, b: 0, c: 1 }, '{NaN,0,1}', '7ff800000000000000000000000000003ff0000000000000'],
  ],
  accepted: [
    ['{1,2,-3}', '3ff00000000000004000000000000000c008000000000000'],
  ],
  invalid: ['{1,2}', '[(0,0),(1,1)]', { a: 1, b: 2 }, { a: 1, b: 2, c: '3' }, [1, 2, 3], null],
  malformed: [],
}

export const circleCases: CodecCases<Circle> = {
  codec: circle,
  valid: [
    [{ x: 1, y: 2, radius: 3 }, '<(1,2),3>', '3ff000000000000040000000000000004008000000000000'],
    [{ x: -1.5, y: 0, radius: 0 }, '<(-1.5,0),0>', 'bff800000000000000000000000000000000000000000000'],
    [{ x: 0, y: 0, radius: Infinity }, '<(0,0),Infinity>', '000000000000000000000000000000007ff0000000000000'],
    [{ x: 1, y: Number.NaN, radius: Number.NaN }, '<(1,NaN),NaN>', '3ff00000000000007ff80000000000007ff8000000000000'],
  ],
  accepted: [
    ['<(1,2),3>', '3ff000000000000040000000000000004008000000000000'],
  ],
  invalid: ['(1,2),3', { x: 1, y: 2 }, { x: 1, y: 2, radius: -1 }, { x: 1, y: 2, r: 3 }, { x: 1, y: 2, radius: '3' }, null],
  malformed: [],
}
