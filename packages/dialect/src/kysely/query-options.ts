import type { CompiledQuery, KyselyPlugin, QueryCompiler, QueryId, RootOperationNode } from 'kysely'

import { checkCallOptions } from '../client/call-options.ts'
import type { QueryOptions } from '../client/query.ts'
import { isMarked } from '../client/replica-options.ts'

/** What {@link queryOptions} can say of queries. For an `AbortSignal`, Kysely has options of its own. */
export type KyselyQueryOptions = Pick<QueryOptions, 'timeoutMs' | 'prepare' | 'tag' | 'types' | 'replica'>

/** Whether any query can have options: those who never use them pay nothing for them. */
let inUse = false

/** By the root of a compiled query, which is no other query's, while its `queryId` is that of all that its builder becomes. */
const optionsOfNodes = new WeakMap<RootOperationNode, KyselyQueryOptions>()

/** Of queries that plugins are working on: those behind ours may put another root in the place of the one that it gave. */
const optionsOnTheWay = new WeakMap<QueryId, KyselyQueryOptions>()

/**
 * Has queries run with options: all of a Kysely (`db.withPlugin`), or a single one (`query.withPlugin`).
 *
 * ```ts
 * const users = await db.selectFrom('users').selectAll().withPlugin(queryOptions({ timeoutMs: 500, tag: 'users.list' })).execute()
 * ```
 *
 * Of several plugins, the later one decides, field by field. The time begins when the query has a connection: the wait for
 * that is bounded by the pool's `acquireTimeoutMs`; of a stream it is the time for each chunk. A query that was compiled keeps
 * its options.
 */
export function queryOptions(options: KyselyQueryOptions): KyselyPlugin {
  checkCallOptions(options)
  isMarked(options)
  inUse = true
  return {
    transformQuery: ({ node, queryId }) => {
      const all = overridden(optionsOfNodes.get(node) ?? optionsOnTheWay.get(queryId), options)
      // The builder's own root is also that of the same query without this plugin.
      const root = Object.freeze({ ...node })
      optionsOfNodes.set(root, all)
      optionsOnTheWay.set(queryId, all)
      return root
    },
    transformResult: async ({ result }) => result,
  }
}

/** The options of a query; undefined for one without. For Kysely's `log`: `queryOptionsOf(event.query)?.tag`. */
export function queryOptionsOf({ query }: Pick<CompiledQuery, 'query'>): KyselyQueryOptions | undefined {
  return inUse ? optionsOfNodes.get(query) : undefined
}

/** The compiler, so that what it has compiled keeps its options, whichever plugins came behind. */
export function keepingQueryOptions(compiler: QueryCompiler): QueryCompiler {
  return {
    compileQuery: (node, queryId) => {
      const compiled = compiler.compileQuery(node, queryId)
      const options = inUse ? optionsOnTheWay.get(queryId) : undefined
      if (options !== undefined) {
        optionsOnTheWay.delete(queryId)
        optionsOfNodes.set(compiled.query, options)
      }
      return compiled
    },
  }
}

/** Options with others on top, field by field; what is undefined there is as if it was left out. */
export function overridden<Options extends object>(options: Options | undefined, others: Options | undefined): Options {
  const given = Object.entries(others ?? {}).filter(([, value]) => value !== undefined)
  return { ...options, ...Object.fromEntries(given) } as Options
}

const UNLIMITED: KyselyQueryOptions = { timeoutMs: 0 }

/** A statement that has to come to its end, whatever time queries have: it begins or ends a transaction. */
export function withoutTimeLimit(compiled: CompiledQuery): CompiledQuery {
  inUse = true
  optionsOfNodes.set(compiled.query, UNLIMITED)
  return compiled
}
