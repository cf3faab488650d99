import type { Insertable } from 'kysely'

import type { CopyBytes, CopyFromOptions, CopyFromResult, CopyRows } from '../client/copy-from.ts'
import { type AnyKysely, copiedTable } from './copied-table.ts'
import { occupyConnection } from './provide-connection.ts'

/**
 * What can be copied into columns of a table: an object by their names, or an array in their order. Where the columns are
 * not named, those that the database fills in may be left out of all objects.
 */
export type CopiedRow<Table, Columns extends readonly (keyof Insertable<Table>)[]> =
  | Readonly<
      number extends Columns['length']
        ? Pick<Insertable<Table>, Columns[number]>
        : Required<Pick<Insertable<Table>, Columns[number]>>
    >
  | { readonly [Index in keyof Columns]: Required<Insertable<Table>>[Columns[Index]] }

/**
 * Copies rows, or bytes, into a table: all or nothing, and much faster than inserts.
 *
 * ```ts
 * await copyFrom(db, 'users', users, { columns: ['email', 'name'] })
 * ```
 *
 * Rows come from any iterable, async iterable or stream of objects or arrays. Every row has to have a value for each of the
 * columns, be it null: COPY knows no defaults for single rows. The error of a row says which one: `positionOf`. In a
 * transaction the rows cannot come from a query of the same transaction, which throws `UsageError` until all are copied. See
 * {@link Connection.copyFrom}.
 */
export async function copyFrom<
  DB,
  Table extends keyof DB & string,
  const Columns extends readonly (keyof Insertable<DB[Table]> & string)[] = (keyof Insertable<DB[Table]> & string)[],
>(
  db: AnyKysely<DB>,
  table: Table,
  source: CopyRows<CopiedRow<DB[Table], Columns>> | CopyBytes,
  options?: Omit<CopyFromOptions, 'columns'> & { readonly columns?: Columns | undefined },
): Promise<CopyFromResult> {
  const target = copiedTable(db, table, []).table
  const named = (keys: readonly string[]): readonly string[] => copiedTable(db, table, keys).columns
  return occupyConnection(db, (connection) => connection.copyFromNamed(target, source, options, named))
}
