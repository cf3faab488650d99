/** Values that the driver has given, as TypeScript that makes them again. */
import { BoundedArray, Interval, PgInterval, Range, type TemporalValue } from 'kysely-pgwire/types'

/** What a file with such expressions starts with. What is in a range or an array has the type that is expected there, or it has none. */
export const EXPRESSION_IMPORTS = `import { BoundedArray, Interval, type PgArray, PgInterval, Range, type RangeBounds } from 'kysely-pgwire/types'
import { Temporal as Polyfill } from 'temporal-polyfill'
export const makers = [BoundedArray, Interval, PgInterval, Range, Polyfill]
declare function range<T>(lower: NoInfer<T> | null, upper: NoInfer<T> | null, bounds: RangeBounds): Range<T>
declare function bounded<T>(values: PgArray<NoInfer<T>>, lowerBounds: number[]): BoundedArray<T>
declare const digits: \`\${number}\`
`

/** Numbers in digits that JavaScript has none for. The compiler looks at a literal's value, and would take them for other text. */
const TOO_LARGE = /^-?\d{309,}(?:\.\d+)?$/

/** `temporal`: the name of the Temporal that the value's classes are of. */
export function valueExpression(value: unknown, temporal: 'Temporal' | 'Polyfill'): string {
  const inner = (part: unknown): string => valueExpression(part, temporal)
  if (value === undefined) return 'undefined'
  if (typeof value === 'function') return '() => 0'
  if (typeof value === 'symbol') return 'Symbol()'
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' && !Number.isFinite(value)) return `Number('${value}')`
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (value instanceof Uint8Array) return `Uint8Array.of(${[...value].join()})`
  if (Array.isArray(value)) return `[${value.map(inner).join()}]`
  if (value instanceof Interval)
    return `new Interval({ months: ${value.months}, microseconds: ${value.microseconds}n })`
  if (value instanceof PgInterval) return `new PgInterval(${JSON.stringify(value)})`
  if (value instanceof Range) return rangeExpression(value, inner)
  if (value instanceof BoundedArray) return `bounded(${inner(value.values)}, [${value.lowerBounds.join()}])`
  if (typeof value === 'string' && TOO_LARGE.test(value)) return 'digits'
  const tag = Object.prototype.toString.call(value)
  const temporalClass = /^\[object Temporal\.(\w+)\]$/.exec(tag)?.[1]
  if (temporalClass !== undefined) return `${temporal}.${temporalClass}.from('${(value as TemporalValue).toString()}')`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (tag !== '[object Object]') throw new Error(`There is no expression for ${tag}`)
  const parts = Object.entries(value).map(([key, part]) => `[${JSON.stringify(key)}]: ${inner(part)}`)
  return `{ ${parts.join(', ')} }`
}

function rangeExpression({ empty, lower, upper, bounds }: Range<unknown>, inner: (part: unknown) => string): string {
  return empty ? 'Range.empty' : `range(${inner(lower)}, ${inner(upper)}, '${bounds}')`
}
