/** Of which kinds values are, and at which places in them: what tells a type that fits from one that takes everything. */
import { BoundedArray, Interval, PgInterval, Range } from 'kysely-pgwire/types'

/** A kind to a TypeScript type of that kind; what is `never…` is of no kind that a value of the driver could be. */
export const FOREIGN_TYPES: Readonly<Record<string, string>> = {
  boolean: 'true',
  number: '0.125',
  string: '"no such text"',
  bigint: '-1n',
  Date: 'Date',
  bytes: 'Uint8Array',
  Interval: 'Interval',
  PgInterval: 'PgInterval',
  PlainDate: 'Polyfill.PlainDate',
  Instant: 'Polyfill.Instant',
  object: '{ foreign: 1 }',
  array: '[]',
  Range: 'Range<never>',
  BoundedArray: 'BoundedArray<never>',
  null: 'null',
  neverUndefined: 'undefined',
  neverSymbol: 'symbol',
  neverFunction: '() => 0',
  neverSymbols: 'symbol[]',
  neverObject: '{ foreign: symbol }',
  neverRange: 'Range<symbol>',
  neverBounded: 'BoundedArray<symbol>',
}

/** A place in values: the way to it, in TypeScript, from the column's type, and what was seen there. */
export interface SeenPlace {
  /** Types that lead there, from the outside: `Element`, `Bound`, `Bounded` or `Field` with a name. */
  readonly path: readonly string[]
  readonly kinds: ReadonlySet<string>
}

/** More kinds than these in one place are those of JSON, which takes all of its own, and whose inside is its own affair. */
const MOST_KINDS = 2
const JSON_KINDS = ['array', 'boolean', 'null', 'number', 'object', 'string']

/** The places in the values of a column. */
export function placesIn(values: readonly unknown[]): SeenPlace[] {
  return placesBelow([], values)
}

function placesBelow(path: readonly string[], values: readonly unknown[]): SeenPlace[] {
  const kinds = new Set(values.map(kindOf))
  if ([...kinds].filter((kind) => kind !== 'null').length > MOST_KINDS) return [{ path, kinds: new Set(JSON_KINDS) }]
  const parts = new Map<string, unknown[]>()
  for (const value of values) {
    for (const [step, part] of partsOf(value)) parts.set(step, [...(parts.get(step) ?? []), part])
  }
  // Of a place where there was nothing but NULL, or further dimensions, nothing is known.
  const known = [...kinds].some((kind) => kind !== 'null' && (kind !== 'array' || path.length === 0))
  return [
    ...(known ? [{ path, kinds }] : []),
    ...[...parts].flatMap(([step, below]) => placesBelow([...path, step], below)),
  ]
}

function partsOf(value: unknown): (readonly [step: string, part: unknown])[] {
  if (Array.isArray(value)) return value.map((part) => ['Element', part] as const)
  if (value instanceof Range) return [value.lower, value.upper].map((part) => ['Bound', part] as const)
  if (value instanceof BoundedArray)
    return flat(value.values, value.lowerBounds.length).map((part) => ['Bounded', part] as const)
  if (kindOf(value) !== 'object') return []
  return Object.entries(value as object).map(([name, part]) => [`Field:${name}`, part] as const)
}

/** The elements, which may be arrays themselves. */
function flat(values: readonly unknown[], dimensions: number): unknown[] {
  if (dimensions <= 1) return [...values]
  return values.flatMap((value) => flat(value as readonly unknown[], dimensions - 1))
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  if (Array.isArray(value)) return 'array'
  if (value instanceof Uint8Array) return 'bytes'
  const classes = [Date, Range, BoundedArray, Interval, PgInterval]
  const found = classes.find((one) => value instanceof one)
  if (found !== undefined) return found.name
  const temporal = /^\[object Temporal\.(\w+)\]$/.exec(Object.prototype.toString.call(value))?.[1]
  return temporal ?? 'object'
}
