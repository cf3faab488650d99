/** Checks of values that came from outside, put together to those of whole objects. */
import { SnapshotError } from './snapshot-error.ts'

/** A check for each member; the compiler misses none. */
export type Shape<Value> = { readonly [Name in keyof Required<Value>]: Check }

/** Throws for what is not as it has to be. `place`: where it stands, as `relations[3].columns[0].name`. */
export type Check = (value: unknown, place: string) => void

export const string: Check = (value, place) => {
  if (typeof value !== 'string') throw wrong(place, 'a string')
}

export const boolean: Check = (value, place) => {
  if (typeof value !== 'boolean') throw wrong(place, 'true or false')
}

/** A whole number that is not negative. */
export const count: Check = (value, place) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw wrong(place, 'a whole number')
}

/** As many as a list of the server can have. */
export const smallCount: Check = (value, place) => {
  count(value, place)
  if ((value as number) > 32_767) throw wrong(place, 'a whole number up to 32767')
}

export function oneOf(...values: readonly (string | number | null)[]): Check {
  return (value, place) => {
    if (!values.some((each) => each === value)) throw wrong(place, `one of ${values.map(String).join(', ')}`)
  }
}

export function nullable(check: Check): Check {
  return (value, place) => {
    if (value !== null) check(value, place)
  }
}

/** `keyOf`: what no two items may have in common. */
export function list(check: Check, keyOf?: (item: never) => string): Check {
  return (value, place) => {
    if (!Array.isArray(value)) throw wrong(place, 'a list')
    const keys = new Set<string>()
    for (const [index, item] of value.entries()) {
      const own = `${place}[${index}]`
      check(item, own)
      if (keyOf === undefined) continue
      const key = keyOf(item as never)
      if (keys.has(key)) throw new SnapshotError(`The snapshot has ${own} twice`)
      keys.add(key)
    }
  }
}

export function object<Value>(shape: Shape<Value>): Check {
  const members = new Map(Object.entries<Check>(shape))
  return (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(place, 'an object')
    for (const [name, check] of members) {
      const own = place === '' ? name : `${place}.${name}`
      if (!Object.hasOwn(value, name)) throw new SnapshotError(`The snapshot has no ${own}`)
      check((value as Readonly<Record<string, unknown>>)[name], own)
    }
    // Its name may be anything.
    if (Object.keys(value).some((name) => !members.has(name))) {
      throw new SnapshotError(`The snapshot has something${inside(place)} that is no part of a catalog`)
    }
  }
}

/** One of several shapes, by the member `kind`. */
export function byKind(shapes: ReadonlyMap<string, Check>): Check {
  return (value, place) => {
    if (typeof value !== 'object' || value === null) throw wrong(place, 'an object')
    const kind: unknown = Object.hasOwn(value, 'kind') ? (value as { kind: unknown }).kind : undefined
    const check = typeof kind === 'string' ? shapes.get(kind) : undefined
    if (check === undefined) throw wrong(`${place}.kind`, `one of ${[...shapes.keys()].join(', ')}`)
    check(value, place)
  }
}

function wrong(place: string, wanted: string): SnapshotError {
  return new SnapshotError(`The snapshot${place === '' ? '' : `'s ${place}`} has to be ${wanted}`)
}

function inside(place: string): string {
  return place === '' ? '' : ` in ${place}`
}
