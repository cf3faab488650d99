import type { QueryResult } from '../connection/exchanges/query.ts'
import { noteTag } from '../errors/tag.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { QueryOptions } from './query.ts'

/** How to fetch rows: as {@link QueryOptions}. */
export type FetchOptions = QueryOptions

/** How to fetch one value. */
export interface FetchValueOptions extends Omit<QueryOptions, 'rowMode'> {
  /** Which column, by its position from 0 or by its name; of several with one name, the last. Default: the first. */
  readonly column?: number | string | undefined
}

/** Whatever runs a query: a connection, a pool, a transaction. */
export interface Queryable {
  query<Row>(sql: string, parameters: readonly unknown[], options?: QueryOptions): Promise<QueryResult<Row>>
}

export async function fetchRows<Row>(
  queryable: Queryable,
  sql: string,
  parameters: readonly unknown[],
  options: FetchOptions | undefined,
): Promise<Row[]> {
  return (await queryable.query<Row>(sql, parameters, options)).rows
}

export async function fetchFirstRow<Row>(
  queryable: Queryable,
  sql: string,
  parameters: readonly unknown[],
  options: FetchOptions | undefined,
): Promise<Row | null> {
  return (await queryable.query<Row>(sql, parameters, options)).rows[0] ?? null
}

export async function fetchFirstValue<Value>(
  queryable: Queryable,
  sql: string,
  parameters: readonly unknown[],
  options: FetchValueOptions | undefined,
): Promise<Value | null> {
  const { column, ...rest } = options ?? {}
  if (typeof column === 'number' && (!Number.isInteger(column) || column < 0)) {
    throw noteTag(new UsageError('The position of a column must be a whole number from 0'), rest.tag)
  }
  const { rows, columns } = await queryable.query<Value[]>(sql, parameters, { ...rest, rowMode: 'array' })
  // Only a column that was asked for has to exist: an INSERT without RETURNING has none, and no value.
  if (column === undefined) return rows[0]?.[0] ?? null
  const index = typeof column === 'number' ? column : columns.findLastIndex(({ name }) => name === column)
  if (index < 0 || index >= columns.length) {
    throw noteTag(new UsageError(`The result has no column ${JSON.stringify(column)}`, 'applied'), rest.tag)
  }
  return rows[0]?.[index] ?? null
}
