import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { float8 } from './floats.ts'
import { fillTemplate, numberReader } from './geometric-text.ts'
import type { Box, Circle, Line, LineSegment, Point } from './geometric-values.ts'
import { requireFields, requirePoint } from './require-geometric.ts'

/** The geometric types that are a fixed number of float8, in one order in binary and in text. */
interface FixedShape<Value> {
  readonly name: string
  readonly oid: number
  readonly arrayOid: number
  readonly delimiter?: string
  /** The name of its interface. */
  readonly typescript: string
  /** The text, with '#' for a number. */
  readonly template: string
  readonly samples: readonly string[]
  /** Makes the value of its numbers. */
  readonly read: (number: (index: number) => number) => Value
  /** The numbers of a value, which are checked when they are written. */
  readonly write: (value: unknown) => readonly unknown[]
}

/** A point, as `{ x, y }`. Encodes such objects, and the text that the server prints. */
export const point: Codec<Point> = fixedShape<Point>({
  name: 'point',
  oid: 600,
  arrayOid: 1017,
  typescript: 'Point',
  template: '(#,#)',
  samples: ['(0,0)', '(1.5,-2)', '(1e-07,1e+21)', '(-0,5e-324)', '(NaN,-Infinity)'],
  read: (number) => pointAt(number, 0),
  write: pointNumbers,
})

/** A line segment, as `{ a, b }` of two points. Encodes such objects, and the text that the server prints. */
export const lseg: Codec<LineSegment> = fixedShape<LineSegment>({
  name: 'lseg',
  oid: 601,
  arrayOid: 1018,
  typescript: 'LineSegment',
  template: '[(#,#),(#,#)]',
  samples: ['[(0,0),(1,1.5)]', '[(Infinity,-1),(NaN,0)]'],
  read: (number) => ({ a: pointAt(number, 0), b: pointAt(number, 2) }),
  write: (value) => {
    const { a, b } = requireFields(value, 'a line segment', ['a', 'b'])
    return [...pointNumbers(a), ...pointNumbers(b)]
  },
})

/**
 * A rectangle, as `{ high, low }` of its upper right and its lower left corner. Encodes such objects, of which the server
 * puts the corners right, and the text that the server prints. In text, boxes in an array have semicolons between them.
 */
export const box: Codec<Box> = fixedShape<Box>({
  name: 'box',
  oid: 603,
  arrayOid: 1020,
  delimiter: ';',
  typescript: 'Box',
  template: '(#,#),(#,#)',
  samples: ['(1,1),(0,0)', '(2.5,4),(-1,3)', '(Infinity,1),(-Infinity,0)'],
  read: (number) => ({ high: pointAt(number, 0), low: pointAt(number, 2) }),
  write: (value) => {
    const { high, low } = requireFields(value, 'a box', ['high', 'low'])
    return [...pointNumbers(high), ...pointNumbers(low)]
  },
})

/** An endless line, as `{ a, b, c }`. Encodes such objects, and the text that the server prints. */
export const line: Codec<Line> = fixedShape<Line>({
  name: 'line',
  oid: 628,
  arrayOid: 629,
  typescript: 'Line',
  template: '{#,#,#}',
  samples: ['{1,2,-3}', '{0,1,0.5}'],
  read: (number) => ({ a: number(0), b: number(1), c: number(2) }),
  write: (value) => {
    const { a, b, c } = requireFields(value, 'a line', ['a', 'b', 'c'])
    return [a, b, c]
  },
})

/** A circle, as `{ x, y, radius }`. Encodes such objects, and the text that the server prints. */
export const circle: Codec<Circle> = fixedShape<Circle>({
  name: 'circle',
  oid: 718,
  arrayOid: 719,
  typescript: 'Circle',
  template: '<(#,#),#>',
  samples: ['<(1,2),3>', '<(-1.5,0),0>', '<(0,0),Infinity>'],
  read: (number) => ({ x: number(0), y: number(1), radius: number(2) }),
  write: (value) => {
    const { x, y, radius } = requireFields(value, 'a circle', ['x', 'y', 'radius'])
    if (Number(radius) < 0) throw new InvalidValueError('a negative radius')
    return [x, y, radius]
  },
})

function pointAt(number: (index: number) => number, index: number): Point {
  return { x: number(index), y: number(index + 1) }
}

function pointNumbers(value: unknown): readonly unknown[] {
  const { x, y } = requirePoint(value)
  return [x, y]
}

function fixedShape<Value>(shape: FixedShape<Value>): Codec<Value> {
  const { name, oid, arrayOid, delimiter = ',', typescript, template, samples, read, write } = shape
  const select = `import('kysely-pgwire/types').${typescript}`
  const numbersIn = numberReader(template)
  const numbersOf = (value: unknown): readonly unknown[] =>
    typeof value === 'string' ? numbersIn(value) : write(value)
  return defineCodec<Value>({
    name,
    oid,
    arrayOid,
    delimiter,
    size: float8.size * template.split('#').slice(1).length,
    typescript: { select, insert: `string | ${select}` },
    samples,
    decode: (_bytes, view, offset) => read((index) => view.getFloat64(offset + index * float8.size)),
    encode: (value, out) => {
      for (const number of numbersOf(value)) float8.encode(number, out)
    },
    fromText: (text) => {
      const numbers = numbersIn(text)
      return read((index) => numbers[index]!)
    },
    toText: (value) => fillTemplate(template, numbersOf(value)),
  })
}
