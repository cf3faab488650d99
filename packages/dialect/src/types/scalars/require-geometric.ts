import { InvalidValueError } from '../../errors/codec-error.ts'

/** The value, if it is an object with these fields and no others: what stands under another name must not get lost. */
export function requireFields<Name extends string>(
  value: unknown,
  what: string,
  names: readonly Name[],
): Readonly<Record<Name, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new InvalidValueError(`not ${what}`)
  for (const name of names) if (!(name in value)) throw new InvalidValueError(`${what} without ${name}`)
  if (Object.keys(value).some((key) => !(names as readonly string[]).includes(key))) {
    throw new InvalidValueError(`${what} has ${names.join(', ')} and nothing else`)
  }
  return value as Readonly<Record<Name, unknown>>
}

export function requirePoint(value: unknown): { readonly x: unknown; readonly y: unknown } {
  return requireFields(value, 'a point', ['x', 'y'])
}

/** The server has no path and no polygon without points. */
export function requirePoints(value: unknown): readonly { readonly x: unknown; readonly y: unknown }[] {
  if (!Array.isArray(value) || value.length === 0) throw new InvalidValueError('its points are no list with a point')
  return Array.from(value, requirePoint)
}
