import {
  createQueryId,
  type Kysely,
  type QueryExecutorProvider,
  type QueryId,
  type Selectable,
  type Transaction,
} from 'kysely'

import { CopyStream, type OpenedCopy } from '../client/copy-stream.ts'
import { type CopyOrigin, type CopyToOptions, type CopyToRowsOptions, isQuery } from '../client/copy-to.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { PgTypes } from '../types/profile/profile.ts'
import { type CompilableQuery, compileQuery, type RowOf } from './compilable-query.ts'
import { copiedTable } from './copied-table.ts'
import { occupyConnection } from './provide-connection.ts'
import { queryOptionsOf } from './query-options.ts'
import { transformResult } from './transform-result.ts'

type RowsOptions = Omit<CopyToRowsOptions, 'columns' | 'rowMode'>

/**
 * Copies a table, or what a query gives, to bytes: an async iterable, for files, responses and the like; or, with
 * `format: 'rows'`, to decoded rows in batches, which cost less than those of a query and need no more memory than a batch.
 *
 * ```ts
 * for await (const bytes of copyTo(db, db.selectFrom('users').selectAll(), { format: 'csv' })) file.write(bytes)
 * ```
 *
 * The connection is taken at the first `next`, and given back at the end or when the loop is left; in a transaction nothing
 * else can be asked meanwhile. Queries can be of any kind that returns rows. Of a table, bytes have the columns that can be
 * copied in again, and rows have all; a view, or a table in partitions, has to be a query for bytes.
 * Plugins see the rows as those of a query; of {@link queryOptions}, `types` and `replica` apply. See {@link Connection.copyTo}.
 */
export function copyTo<DB, Table extends keyof DB & string>(
  db: Kysely<DB> | Transaction<DB>,
  table: Table,
  options: RowsOptions,
): CopyStream<Selectable<DB[Table]>[]>
export function copyTo<Query extends CompilableQuery>(
  db: QueryExecutorProvider,
  query: Query,
  options: RowsOptions,
): CopyStream<RowOf<Query>[]>
export function copyTo<DB, Table extends keyof DB & string>(
  db: Kysely<DB> | Transaction<DB>,
  table: Table,
  options?: Omit<CopyToOptions, 'columns'> & { readonly columns?: readonly (keyof DB[Table] & string)[] | undefined },
): CopyStream<Uint8Array>
export function copyTo(
  db: QueryExecutorProvider,
  query: CompilableQuery,
  options?: Omit<CopyToOptions, 'columns'>,
): CopyStream<Uint8Array>
export function copyTo(
  provider: QueryExecutorProvider,
  from: string | CompilableQuery,
  options: CopyToOptions | CopyToRowsOptions = {},
): CopyStream<unknown> {
  const db = provider as Kysely<unknown>
  const { origin, columns, types, replica, queryId } = originOf(db, from, options.columns)
  const given = { ...options, columns, types: options.types ?? types } as CopyToRowsOptions
  const marked = options.replica ?? replica ?? false
  const reading = marked ? (isQuery(origin) ? [origin.query] : []) : null
  return new CopyStream(async () => {
    const open = (connection: Copying): CopyStream<unknown> => connection.copyTo(origin, given)
    const { stream, release } = await occupied(db, given.signal, open, reading)
    return { copy: given.format === 'rows' ? transformed(db, stream, queryId) : stream, release }
  })
}

interface Origin {
  readonly origin: CopyOrigin
  readonly columns?: readonly string[]
  readonly types?: PgTypes | undefined
  readonly replica?: boolean | undefined
  readonly queryId: QueryId
}

function originOf(db: Kysely<unknown>, from: string | CompilableQuery, columns: readonly string[] | undefined): Origin {
  if (typeof from !== 'string') {
    const compiled = compileQuery(from, db)
    const { sql, parameters, queryId } = compiled
    if (columns !== undefined) throw new UsageError('A query has its own columns')
    const { types, replica } = queryOptionsOf(compiled) ?? {}
    return { origin: { query: sql, parameters }, types, replica, queryId }
  }
  const copied = copiedTable(db, from, columns ?? [])
  return {
    origin: copied.table,
    ...(columns === undefined ? {} : { columns: copied.columns }),
    queryId: createQueryId(),
  }
}

type Copying = Parameters<Parameters<typeof occupyConnection>[1]>[0]

interface Occupied {
  readonly stream: CopyStream<unknown>
  readonly release: () => void
}

/** Takes a connection, and gives it back when it is released. Whoever has given up waiting for one is told at once. */
function occupied(
  db: QueryExecutorProvider,
  signal: AbortSignal | undefined,
  open: (connection: Copying) => CopyStream<unknown>,
  reading: readonly string[] | null,
): Promise<Occupied> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal?.reason)
    if (signal?.aborted === true) {
      abort()
      return
    }
    signal?.addEventListener('abort', abort, { once: true })
    const lent = occupyConnection(
      db,
      async (connection) => {
        signal?.removeEventListener('abort', abort)
        if (signal?.aborted === true) return
        const stream = open(connection)
        await new Promise<void>((release) => resolve({ stream, release }))
      },
      reading,
    )
    lent.catch((error: unknown) => {
      signal?.removeEventListener('abort', abort)
      reject(error)
    })
  })
}

/** Rows as plugins of the Kysely would have them. */
function transformed(
  db: QueryExecutorProvider,
  stream: CopyStream<unknown>,
  queryId: QueryId,
): OpenedCopy<unknown>['copy'] {
  const executor = db.getExecutor()
  return {
    get rowCount() {
      return stream.rowCount
    },
    next: async () => {
      const result = await stream.next()
      if (result.done === true || executor.plugins.length === 0) return result
      const { rows } = await transformResult(executor, { rows: result.value as unknown[] }, queryId)
      return { done: false, value: rows }
    },
    return: () => stream.return(),
  }
}
