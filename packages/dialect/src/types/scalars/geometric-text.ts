import { InvalidValueError } from '../../errors/codec-error.ts'
import { float8 } from './floats.ts'
import type { Point } from './geometric-values.ts'

/** Where float8 has to find one. */
const NUMBER = String.raw`([^,()[\]{}<>]+)`

/** Where a number stands in a template. */
const HOLE = /#/g

/** With a digit other than 0 in front of its exponent. */
const NONZERO = /^[^e]*[1-9]/

const POINT = new RegExp(`^${NUMBER},${NUMBER}$`)

/** What stands between two points of a list. */
const BETWEEN = '),('

/** The numbers of a text that looks as `template` does, with a number for every '#'. */
export function numberReader(template: string): (text: string) => number[] {
  const escaped = template.replace(/[^#,]/g, String.raw`\$&`)
  const syntax = new RegExp(`^${escaped.replace(HOLE, () => NUMBER)}$`)
  return (text) => numbersOf(syntax.exec(text))
}

/** Fills the template with numbers, in their order. Throws for what is none. */
export function fillTemplate(template: string, numbers: readonly unknown[]): string {
  let index = 0
  return template.replace(HOLE, () => numberText(numbers[index++]))
}

/** '(1,2),(3,4)' */
export function formatPoints(points: readonly Point[]): string {
  return points.map(({ x, y }) => `(${numberText(x)},${numberText(y)})`).join(',')
}

/** Reads what {@link formatPoints} writes. A list without points is none. */
export function parsePoints(text: string): Point[] {
  if (!text.startsWith('(') || !text.endsWith(')')) malformed()
  return text
    .slice(1, -1)
    .split(BETWEEN)
    .map((each) => {
      const [x, y] = numbersOf(POINT.exec(each))
      return { x: x!, y: y! }
    })
}

function numbersOf(match: RegExpExecArray | null): number[] {
  if (match === null) malformed()
  return match.slice(1).map(parseNumber)
}

/** Throws for a number so small that it would become zero, as the server does. */
function parseNumber(text: string): number {
  const number = float8.fromText!(text)
  if (number === 0 && NONZERO.test(text)) throw new InvalidValueError('out of range for float8')
  return number
}

function numberText(value: unknown): string {
  return float8.toText!(value)
}

export function malformed(): never {
  throw new InvalidValueError('not as the server prints it')
}
