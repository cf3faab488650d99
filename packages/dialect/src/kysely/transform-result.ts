import type { QueryExecutor, QueryId, QueryResult } from 'kysely'

/** Has the plugins of an executor see a result, as its own queries would. */
export async function transformResult<Row>(
  { plugins }: QueryExecutor,
  result: QueryResult<Row>,
  queryId: QueryId,
): Promise<QueryResult<Row>> {
  let transformed: QueryResult<never> = result as QueryResult<never>
  for (const plugin of plugins)
    transformed = (await plugin.transformResult({ result: transformed, queryId })) as QueryResult<never>
  return transformed
}
