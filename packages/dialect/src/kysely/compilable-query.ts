import type {
  CompiledQuery,
  DeleteResult,
  InsertResult,
  MergeResult,
  QueryExecutorProvider,
  UpdateResult,
} from 'kysely'

/** A query of Kysely: a builder, a fragment of `sql`, or what they were compiled to. */
export type CompilableQuery<Output = unknown> =
  | CompiledQuery<Output>
  | { compile(executorProvider: QueryExecutorProvider): CompiledQuery<Output> }

/** The rows that a query gives; none where its builder would only tell how many rows it has changed. */
export type RowOf<Query> = Query extends { readonly queryId: unknown }
  ? Query extends CompiledQuery<infer Output>
    ? Returned<Output>
    : never
  : Query extends { compile(executorProvider: QueryExecutorProvider): CompiledQuery<infer Output> }
    ? Returned<Output>
    : never

type Returned<Output> = Output extends InsertResult | UpdateResult | DeleteResult | MergeResult ? never : Output

export function compileQuery<Output>(query: CompilableQuery<Output>, db: QueryExecutorProvider): CompiledQuery<Output> {
  return 'compile' in query ? query.compile(db) : query
}
