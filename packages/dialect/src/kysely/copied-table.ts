import {
  type ControlledTransaction,
  type Kysely,
  type OperationNode,
  SelectQueryNode,
  TableNode,
  type Transaction,
} from 'kysely'

import type { CopyTable } from '../copy/copy-table.ts'
import { UsageError } from '../errors/usage-error.ts'

/** What a query can be built on. The classes one by one: the compiler cannot tell the DB of a transaction from that of a Kysely. */
export type AnyKysely<DB> = Kysely<DB> | Transaction<DB> | ControlledTransaction<DB>

/** Table and columns as they are named in the database: behind `withSchema` and plugins such as CamelCasePlugin. */
export interface CopiedTable {
  readonly table: CopyTable
  readonly columns: readonly string[]
}

/** Has Kysely build a query of the table, and reads the names in it. */
export function copiedTable<DB>(db: Kysely<DB>, table: string, columns: readonly string[]): CopiedTable {
  const untyped = db as unknown as Kysely<Record<string, Record<string, unknown>>>
  const builder = untyped.selectFrom(table)
  const node = (columns.length === 0 ? builder : builder.select([...columns])).toOperationNode()
  if (!SelectQueryNode.is(node)) throw unusable(table)
  const [from] = node.from?.froms ?? []
  if (from === undefined || !TableNode.is(from)) throw unusable(table)
  const { schema, identifier } = from.table
  return {
    table: { schema: schema?.name, table: identifier.name },
    columns: (node.selections ?? []).map(({ selection }) => nameIn(selection)),
  }
}

/** The name of the column in a selection, which is a reference to it. */
function nameIn(selection: OperationNode): string {
  const { column } = selection as { readonly column?: OperationNode }
  const name = column === undefined ? undefined : (column as { readonly column?: { readonly name: string } }).column
  if (name === undefined) throw new UsageError('COPY takes plain names of columns')
  return name.name
}

function unusable(table: string): UsageError {
  return new UsageError(`${JSON.stringify(table)} is not a plain table`)
}
