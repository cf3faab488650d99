/** A schema of many tables, and a program that uses them as applications do. */

const TYPES = [
  'int8',
  'text',
  'numeric',
  'timestamptz',
  'bool',
  'jsonb',
  'text[]',
  'uuid',
  'date',
  'float8',
  'mood',
  'int4',
]

/** Tables with keys, defaults, generated columns and references, in SQL. */
export function manyTables(count: number): string {
  const tables = Array.from({ length: count }, (_, index) => {
    const columns = Array.from({ length: 12 }, (_each, at) => {
      const type = TYPES[(index + at) % TYPES.length]!
      return `c${at} ${type}${at % 2 === 0 ? ' not null' : ''}`
    })
    const parent = index === 0 ? 'bigint' : `bigint references table_${index - 1}`
    return `create table table_${index} (id bigint generated always as identity primary key, parent_id ${parent},
      created_at timestamptz not null default now(), ${columns.join(', ')})`
  })
  return [`create type mood as enum ('sad', 'ok', 'happy')`, ...tables].join(';\n')
}

/** Selects, joins, inserts and updates over some of the tables; it compiles with either generator's types. */
export function queriesOver(tables: number, count: number): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const [one, other] = [index % tables, (index * 7 + 1) % tables].map((number) => `table_${number}`)
    return `
export const select${index} = () => db.selectFrom('${one}').innerJoin('${other} as other', 'other.id', '${one}.parent_id')
  .select(['${one}.id', '${one}.created_at', 'other.parent_id as above', 'other.c3']).where('${one}.c1', 'is not', null).orderBy('${one}.id').execute()
export const insert${index} = (row: Insertable<DB['${one}']>) => db.insertInto('${one}').values(row).returningAll().executeTakeFirstOrThrow()
export const update${index} = (row: Updateable<DB['${one}']>) => db.updateTable('${one}').set(row).where('created_at', '<', new Date()).execute()`
  })
  return `import type { Insertable, Kysely, Updateable } from 'kysely'
import type { DB } from './db.ts'
declare const db: Kysely<DB>
${lines.join('\n')}
`
}
