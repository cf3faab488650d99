/** What Kysely makes of `sql.ref('users.id')` and its like, asked of Kysely itself. */
import { CamelCasePlugin, type RawBuilder, sql } from 'kysely'

import type { AnyKysely } from '../../catalog/query-runner.ts'

export type Literal = string | number | bigint | boolean | null

/** Gives the SQL of a call whose arguments are known; undefined for a call that Kysely does not know or refuses. */
export type SqlPieces = (method: string, values: readonly Literal[]) => string | undefined

/** `camelCase`: whether the application's instance has the plugin, which is for names in `sql.ref` as for all others. */
export function sqlPieces(db: AnyKysely, camelCase: boolean): SqlPieces {
  const plain = db.withoutPlugins()
  const compiling = camelCase ? plain.withPlugin(new CamelCasePlugin()) : plain
  return (method, values) => {
    try {
      const built = build(method, values)
      const compiled = built?.compile(compiling)
      return compiled?.parameters.length === 0 ? compiled.sql : undefined
    } catch {
      return undefined
    }
  }
}

function build(method: string, values: readonly Literal[]): RawBuilder<unknown> | undefined {
  const [value, ...more] = values
  if (value === undefined) return undefined
  if (method === 'id') return values.every(isString) ? sql.id(...values) : undefined
  if (more.length > 0) return undefined
  if (method === 'lit') return sql.lit(value)
  if (!isString(value)) return undefined
  if (method === 'ref') return sql.ref(value)
  if (method === 'table') return sql.table(value)
  return method === 'raw' ? sql.raw(value) : undefined
}

function isString(value: Literal): value is string {
  return typeof value === 'string'
}
