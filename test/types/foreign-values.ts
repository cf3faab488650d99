/** Values of every kind: a type is tight if it refuses those of which the driver has none. */

/** By kind, an expression for a value of it. */
const expressions: Readonly<Record<string, string>> = {
  null: 'null',
  undefined: 'undefined',
  boolean: 'true',
  number: '12345',
  bigint: '12345n',
  digits: `'12345'`,
  text: `'no number' as string`,
  symbol: `Symbol('foreign')`,
  function: '() => 1',
  Date: 'new Date(0)',
  Uint8Array: 'Uint8Array.of(1)',
  Array: '[]',
  Object: '{ foreign: 1 }',
}

const NUMBER = /^-?(?:\d+(?:\.\d+)?|Infinity)$|^NaN$/

/** Nothing that the driver gives has these in it, as deep as types say what is in them. */
const neverThere = [`[Symbol('foreign')]`, `[[Symbol('foreign')]]`, `{ foreign: Symbol('foreign') }`]

/** Declarations of constants of `type` that must not compile, given the values that it is for. */
export function foreignDeclarations(name: string, type: string, values: readonly unknown[]): string[] {
  const kinds = new Set(values.map(kindOf))
  // A type of texts takes those of digits, too.
  if (kinds.has('text')) kinds.add('digits')
  const foreign = Object.entries(expressions).flatMap(([kind, expression]) => (kinds.has(kind) ? [] : [expression]))
  return [...foreign, ...neverThere].flatMap((expression, index) => [
    '// @ts-expect-error -- no value of the type',
    `export const ${name}_${index}: ${type} = ${expression}`,
  ])
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return NUMBER.test(value) ? 'digits' : 'text'
  if (typeof value !== 'object') return typeof value
  if (value instanceof Date) return 'Date'
  if (value instanceof Uint8Array) return 'Uint8Array'
  return Array.isArray(value) ? 'Array' : 'Object'
}
