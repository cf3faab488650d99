/** Values as TypeScript expressions. */
import { BoundedArray, Interval, PgInterval, Range } from 'kysely-pgwire/types'
import { expect } from 'vitest'

/** What the expressions need. */
export const header = `import { BoundedArray, Interval, PgInterval, Range } from 'kysely-pgwire/types'
import { Temporal as Polyfill } from 'temporal-polyfill'
export const used = [BoundedArray, Interval, PgInterval, Range, Polyfill]`

/** `temporalName`: what the file calls the Temporal whose values may be there. */
export function expressionOf(value: unknown, temporalName: string): string {
  const inner = (part: unknown): string => expressionOf(part, temporalName)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' && !Number.isFinite(value)) return `Number('${value}')`
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (value instanceof Uint8Array) return `Uint8Array.of(${[...value].join()})`
  if (Array.isArray(value)) return `[${value.map(inner).join()}]`
  if (value instanceof Interval)
    return `new Interval({ months: ${value.months}, microseconds: ${value.microseconds}n })`
  if (value instanceof PgInterval) return `new PgInterval(${JSON.stringify(value)})`
  if (value instanceof Range) {
    const { lower, upper, bounds } = value
    if (value.empty) return 'Range.empty'
    if (lower === null && upper === null) return 'new Range<never>({ lower: null })'
    return `new Range({ lower: ${inner(lower)}, upper: ${inner(upper)}, bounds: '${bounds}' })`
  }
  if (value instanceof BoundedArray) return `new BoundedArray(${inner(value.values)}, [${value.lowerBounds.join()}])`
  const tag = Object.prototype.toString.call(value)
  const temporalClass = /^\[object Temporal\.(\w+)\]$/.exec(tag)?.[1]
  if (temporalClass !== undefined) return `${temporalName}.${temporalClass}.from('${String(value)}')`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  expect(tag).toBe('[object Object]')
  return `{ ${Object.entries(value)
    .map(([key, part]) => `[${JSON.stringify(key)}]: ${inner(part)}`)
    .join(', ')} }`
}
