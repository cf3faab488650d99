import type { Connection } from 'kysely-pgwire'

import type { ColumnFacts } from '../../packages/codegen-preset/src/nullability/judge.ts'
import type { QueryRow, QueryRunner } from '../../packages/codegen-preset/src/nullability/query-runner.ts'

/** Our own driver, as the one who asks. */
export function runOn(connection: Connection): QueryRunner {
  return async (sql, parameters) => (await connection.query<QueryRow>(sql, [...parameters])).rows
}

/** What a server enforces of plain and partitioned tables; stricter than needed, and independent of what is under test. */
export function enforcedFacts(run: QueryRunner): (relations: readonly number[]) => Promise<ColumnFacts> {
  return async (relations) => {
    const rows = await run(
      `select a.attrelid::text as relation, a.attnum::text as number
       from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.oid = any($1::oid[]) and a.attnotnull and a.attnum > 0
         and (c.relkind = 'p' or c.relkind = 'r' and not exists (select from pg_inherits i where i.inhparent = c.oid))`,
      [`{${relations.join(',')}}`],
    )
    const known = new Set(rows.map((row) => `${String(row['relation'])} ${String(row['number'])}`))
    return { notNull: (relation, columnNumber) => known.has(`${relation} ${columnNumber}`) }
  }
}

/** Columns whose names do not matter are marked in their order: `!` holds no NULL, `?` can. */
export function marksOf(nullable: readonly boolean[]): string {
  return nullable.map((each) => (each ? '?' : '!')).join('')
}
