import { InvalidValueError } from '../../errors/codec-error.ts'

/** `VECTOR_MAX_DIM` and `HALFVEC_MAX_DIM`. */
const MAX_DIMENSIONS = 16_000

/** Returns the elements of an array or a typed array as `round` gives them, which throws for what the type cannot hold. */
export function requireNumbers(value: unknown, round: (element: number) => number): number[] {
  const elements: unknown =
    ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Float32Array) : value
  if (!Array.isArray(elements)) throw new InvalidValueError('not an array of numbers')
  if (elements.length === 0) throw new InvalidValueError('no dimensions')
  if (elements.length > MAX_DIMENSIONS) throw new InvalidValueError('more than 16000 dimensions')
  const numbers: number[] = []
  for (const element of elements as unknown[]) {
    if (typeof element !== 'number') throw new InvalidValueError('an element is not a number')
    if (!Number.isFinite(element)) throw new InvalidValueError('an element is not finite')
    numbers.push(round(element))
  }
  return numbers
}

/** The single-precision number next to it. */
export function requireSingle(element: number): number {
  const single = Math.fround(element)
  if (!Number.isFinite(single)) throw new InvalidValueError('an element is out of range for float4')
  return single
}

/** Every digit that there is, and the sign of zero, which `String` drops. */
export function formatNumbers(numbers: readonly number[]): string {
  return `[${numbers.map((number) => (Object.is(number, -0) ? '-0' : String(number))).join(',')}]`
}

/** Reads '[1,-2.5,1e-07]', as the server prints it. */
export function parseNumbers(text: string): number[] {
  if (!text.startsWith('[') || !text.endsWith(']')) throw new InvalidValueError('a malformed vector')
  return text.slice(1, -1).split(',').map(parseNumber)
}

export function parseNumber(text: string): number {
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]\d+)?$/.test(text)) throw new InvalidValueError('a malformed number')
  return Number(text)
}
