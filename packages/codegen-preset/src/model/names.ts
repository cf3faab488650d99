/** Which TypeScript name each thing of the database gets: none twice, none that hides another, the same on every machine. */

/** Keywords and built-in types. */
const KEYWORDS: readonly string[] = (
  'abstract any as asserts async await bigint boolean break case catch class const continue debugger declare default ' +
  'delete do else enum export extends false finally for from function get if implements import in infer instanceof ' +
  'interface is keyof let module namespace never new null number object of package private protected public readonly ' +
  'require return satisfies set static string super switch symbol this throw true try type typeof undefined unique ' +
  'unknown using var void while with yield'
).split(' ')

/** Words that cannot name a type, and types whose name would say something else in the rest of the file. */
const RESERVED: readonly string[] = [
  ...KEYWORDS,
  // Globals that the types of values are written with, or that readers take for granted.
  ...(
    'Array ArrayBuffer Awaited BigInt BigInt64Array BigUint64Array Boolean Buffer Capitalize ConstructorParameters ' +
    'DataView Date Error Exclude Extract Float32Array Float64Array Function Infinity InstanceType Int16Array Int32Array ' +
    'Int8Array Intl Iterable Iterator JSON Lowercase Map Math NaN NoInfer NonNullable Number Object Omit OmitThisParameter ' +
    'Parameters Partial Pick Promise PromiseLike Proxy Readonly ReadonlyArray ReadonlyMap ReadonlySet Record Reflect RegExp ' +
    'Required ReturnType Set SharedArrayBuffer String Symbol Temporal ThisParameterType ThisType URL Uint16Array ' +
    'Uint32Array Uint8Array Uint8ClampedArray Uncapitalize Uppercase WeakMap WeakRef WeakSet globalThis'
  ).split(' '),
  // What columns are written with, of `kysely-pgwire/types`.
  ...(
    'AnonymousRecord BoundedArray Box Circle Float Geometry Infinite Interval IntervalFields Json JsonAs JsonInput Line ' +
    'LineSegment Multirange Oid Path PgArray PgInterval PgIntervalFields Point Polygon Range RangeLike ServerText ' +
    'SparseVector Vector'
  ).split(' '),
  // What the file itself declares, or imports from Kysely.
  ...'ChosenTypes ColumnType DB Functions Generated GeneratedAlways Insertable InsertType JSONColumnType JsonPart Narrows ReadOnly Selectable SelectType Updateable UpdateType'.split(
    ' ',
  ),
]

/** The names of one file. They are taken in an order that does not depend on what else there is. */
export class Names {
  readonly #taken: Set<string>

  /** `reserved`: further names that the file needs for itself. */
  constructor(reserved: Iterable<string> = []) {
    this.#taken = new Set([...RESERVED, ...reserved])
  }

  /** Takes the first of the names that is free; the last with a number behind it, if none is. */
  take(...wanted: readonly [string, ...string[]]): string {
    const last = wanted.at(-1) ?? wanted[0]
    let name = wanted.find((candidate) => !this.#taken.has(candidate))
    for (let number = 2; name === undefined; number++) {
      if (!this.#taken.has(`${last}${number}`)) name = `${last}${number}`
    }
    this.#taken.add(name)
    return name
  }
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u

const reserved: ReadonlySet<string> = new Set(RESERVED)

/** Whether it names something else in TypeScript, or in the file. */
export function isReserved(name: string): boolean {
  return reserved.has(name)
}

/** Whether it is a word of the language itself. */
export function isKeyword(name: string): boolean {
  return KEYWORDS.includes(name)
}

export function isIdentifier(name: string): boolean {
  return IDENTIFIER.test(name)
}

/** The name of a type from parts of a database's name: `user_roles` → `UserRoles`, and never something that is no identifier. */
export function typeIdentifier(...parts: readonly string[]): string {
  const words = parts
    .flatMap((part) => part.split(/(?:[^\p{ID_Continue}]|\p{Cf})+/u))
    .flatMap((part) => part.split(/_+/u))
  const name = words
    .filter((word) => word !== '')
    .map((word) => word.replace(/^./u, (letter) => letter.toUpperCase()))
    .join('')
  if (name === '') return 'Unnamed'
  return isIdentifier(name) ? name : `_${name}`
}

/** A property's name, in quotes where it needs them. */
export function propertyName(name: string): string {
  return isIdentifier(name) && name !== '__proto__' ? name : JSON.stringify(name)
}
