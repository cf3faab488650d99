import { InvalidValueError } from '../../errors/codec-error.ts'
import type { Codec } from '../codec.ts'

export interface CompositeField {
  readonly name: string
  readonly codec: Codec
}

/** Makes a composite of the values of its fields, in their order. */
export type Composer = (values: readonly unknown[]) => Record<string, unknown>

/**
 * Objects with all fields in one go: stores into a fresh object fall into dictionary mode from about 20 fields, copies of
 * one seeded object do not. The seed has even a `__proto__` for its own, so that a store goes there.
 */
export function composerOf(fields: readonly CompositeField[]): Composer {
  const names = fields.map(({ name }) => name)
  const seed: Readonly<Record<string, unknown>> = Object.fromEntries(names.map((name) => [name, null]))
  return (values) => {
    const composite: Record<string, unknown> = { ...seed }
    for (let index = 0; index < names.length; index++) composite[names[index]!] = values[index]
    return composite
  }
}

/**
 * Takes a composite apart into the values of its fields: an object by their names, where what is missing is NULL, or an
 * array with a value for each.
 */
export function fieldValuesOf(fields: readonly CompositeField[]): (value: unknown) => unknown[] {
  const names = new Set(fields.map(({ name }) => name))
  return (value) => {
    const values = Array.isArray(value) ? (value as unknown[]) : valuesByName(value, names)
    if (values.length !== names.size) throw new InvalidValueError('another number of values than fields')
    for (let index = 0; index < values.length; index++) {
      if (values[index] === undefined) {
        throw new InvalidValueError(`the field ${JSON.stringify(fields[index]!.name)} is undefined; NULL is null`)
      }
    }
    return values
  }
}

function valuesByName(value: unknown, names: ReadonlySet<string>): unknown[] {
  if (typeof value !== 'object' || value === null) throw new InvalidValueError('not an object')
  for (const key of Object.keys(value)) {
    if (!names.has(key)) throw new InvalidValueError('it has a property that is no field')
  }
  const values: unknown[] = []
  let found = false
  for (const name of names) {
    const present = hasField(value, name)
    found ||= present
    values.push(present ? (value as Record<string, unknown>)[name] : null)
  }
  // A Date or a Map has no properties, and would be a composite of NULLs.
  if (!found && !isPlain(value)) throw new InvalidValueError('not an object with fields')
  return values
}

/** Own properties, and the accessors of a class; not what every object inherits. */
function hasField(value: object, name: string): boolean {
  return Object.hasOwn(value, name) || (name in value && !(name in Object.prototype))
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
