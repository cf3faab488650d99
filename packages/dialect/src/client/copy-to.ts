import type { CopyFormat, CopyToDataOptions } from '../copy/copy-options.ts'
import type { CopyTable } from '../copy/copy-table.ts'
import type { PgTypes } from '../types/profile/profile.ts'
import type { RowMode } from '../types/rows/row-function.ts'
import type { ReplicaOptions } from './replica-options.ts'

/**
 * A query to copy from. COPY itself takes no parameters: they are written into the query as literals, each cast to the type
 * that the server has found for it.
 */
export interface CopyQuery {
  readonly query: string
  readonly parameters?: readonly unknown[] | undefined
}

/** A table, or a query. */
export type CopyOrigin = CopyTable | CopyQuery

interface CopyToCommonOptions extends ReplicaOptions {
  /** Columns of a table, in the order in which they are wanted; by default all. */
  readonly columns?: readonly string[] | undefined
  /**
   * Stops the COPY: the pending `next` rejects with the signal's reason at once, and the statement is cancelled on the server.
   * A transaction fails with it.
   */
  readonly signal?: AbortSignal | undefined
  /** Which JavaScript values stand for which PostgreSQL types, as in `QueryOptions.types`. */
  readonly types?: PgTypes | undefined
}

/** How to copy to bytes. */
export interface CopyToOptions extends CopyToDataOptions, CopyToCommonOptions {
  /** Default `text`. */
  readonly format?: CopyFormat | undefined
}

/**
 * How to copy to rows. They travel in binary, and come in batches of whatever has arrived: up to about a quarter of a
 * megabyte, which may be thousands of rows.
 */
export interface CopyToRowsOptions extends CopyToCommonOptions {
  readonly format: 'rows'
  /** `array`: rows as arrays in column order. Default `object`. */
  readonly rowMode?: RowMode | undefined
}

/** Whether it is a query, and not a table. */
export function isQuery(origin: CopyOrigin): origin is CopyQuery {
  return typeof origin === 'object' && origin !== null && 'query' in origin
}
