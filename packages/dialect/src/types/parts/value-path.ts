import { InvalidValueError } from '../../errors/codec-error.ts'

/*
 * Where inside a value something is wrong: 'element [1], field "b": not a date'. Only errors come here, so that a value that
 * is encoded pays nothing for it.
 */
const ELEMENT = 'element '

export const LOWER = 'lower bound'
export const UPPER = 'upper bound'

/** The error of a part, as one of the whole that `step` leads from. What is not about a value stays what it is. */
export function within(step: string, error: unknown): unknown {
  if (!(error instanceof InvalidValueError)) return error
  const { path, reason } = error
  return new InvalidValueError(reason, path === '' ? step : `${step}, ${path}`)
}

export function withinElement(index: number, error: unknown): unknown {
  return within(`${ELEMENT}[${index}]`, error)
}

/** For an array in the dimension around another: 'element [1][0]'. */
export function withinDimension(index: number, error: unknown): unknown {
  if (!(error instanceof InvalidValueError) || !error.path.startsWith(ELEMENT)) return withinElement(index, error)
  return new InvalidValueError(error.reason, `${ELEMENT}[${index}]${error.path.slice(ELEMENT.length)}`)
}

/** The name of a field belongs to the schema, not to the value. */
export function withinField(name: string, error: unknown): unknown {
  return within(`field ${JSON.stringify(name)}`, error)
}
