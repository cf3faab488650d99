import { propertyName } from '../../model/names.ts'
/** What the checks that are put into a copy of a file are written with. They are types only: nothing of it is ever executed. */
import type { NamedText } from '../../model/type-texts.ts'

/** The global namespaces: of the checks, and of the types of the database that have names. */
export const CHECKS = 'kyselyPgwireCheck'
export const TYPES = 'kyselyPgwireTypes'

/** The arguments that the call of a check would need to be right say what it has found. */
export const VERDICTS = { any: 2, sql: 3, nullable: 4 } as const
export const TAG_VERDICTS = { sql: 2, other: 3 } as const

const FUNCTIONS = `declare namespace ${CHECKS} {
  type Sql = { toOperationNode(): unknown } | ((...given: never) => unknown)
  type Verdict<V> = 0 extends 1 & V ? [any: 2]
    : [Extract<V, Sql>] extends [never]
      ? [Extract<V, null | undefined | void>] extends [never] ? [] : [nullable: 2, of: 3, four: 4]
      : [sql: 2, of: 3]
  type Tag = { [Name in 'id' | 'join' | 'lit' | 'raw' | 'ref' | 'table' | 'val']: (...given: never) => Sql }
  function tag(value: Tag): void
  function whose<V>(value: V, ...verdict: 0 extends 1 & V ? [] : [V] extends [Tag] ? [sql: 2] : [other: 2, of: 3]): void
  function part<V>(value: 0 extends 1 & V ? V : never): V
  function part(value: Sql): Sql
  function part<V>(value: V): V
  function parameter<V>(value: V, ...verdict: Verdict<V>): void
  function stated<T>(...verdict: unknown extends T ? [nothing: 1] : []): void
  function takes<T>(value: T): void
  function nothing(value: never): void
  function column<T>(name: unknown extends T ? string : \`\${Extract<keyof T, string | number>}\`): void
  type Column<T, K> = K extends keyof T ? T[K] : unknown
  type Missing<T, K> = T extends object
    ? Exclude<{ [P in keyof T]-?: {} extends Pick<T, P> ? never : P }[keyof T], K>
    : never
  type Dimensions<List, T> = [List] extends [T] ? List
    : [List[]] extends [T] ? List[]
    : [List[][]] extends [T] ? List[][]
    : List
  type Stated<T> = Exclude<T, null | undefined>
  type Branded<Value, T> = [Value] extends [string | number | bigint | boolean]
    ? [Stated<T>] extends [never] ? Value : [Stated<T>] extends [Value] ? [Stated<T>] extends [object] ? Stated<T> : Value : Value
    : Value
  type NoJson = bigint | symbol | Date | Uint8Array | ((...given: never) => unknown)
  type Believed<Json, T> = [Extract<T, NoJson>] extends [never] ? Stated<T> : Json
  type BelievedList<List, T> = [Stated<T>] extends [readonly (infer E)[]]
    ? [Extract<E, NoJson>] extends [never] ? (E | null)[] : List
    : List
}
`

export function declarationsText(named: readonly NamedText[]): string {
  const types = named.flatMap((type) => [
    declaration(type.name, type, 'select'),
    ...(type.inputName === type.name ? [] : [declaration(type.inputName, type, 'insert')]),
  ])
  return `${FUNCTIONS}declare namespace ${TYPES} {\n${types.join('')}}\n`
}

function declaration(name: string, { body, fields }: NamedText, side: 'select' | 'insert'): string {
  const own = name.slice(TYPES.length + 1)
  if (fields === null) return `  type ${own} = ${body[side]}\n`
  const optional = side === 'select' ? ['', ''] : ['?', ' | undefined']
  const lines = fields.map(
    (field) => `    ${propertyName(field.name)}${optional[0]}: ${field[side]} | null${optional[1]}\n`,
  )
  return `  interface ${own} {\n${lines.join('')}  }\n`
}
