import { Kysely, type LogEvent } from 'kysely'
import {
  connect,
  executeArrays,
  type KyselyQueryOptions,
  PgwireDialect,
  queryOptions,
  queryOptionsOf,
  type QueryTimeoutError,
  tagOf,
} from 'kysely-pgwire'
import { definePgTypes } from 'kysely-pgwire/types'
import { expectTypeOf, test } from 'vitest'

interface DB {
  item: { id: number; name: string }
}

declare const db: Kysely<DB>

test('a plugin of options changes no type of a query', () => {
  const plugin = queryOptions({ timeoutMs: 1, prepare: false, tag: 'x', types: definePgTypes({ int8: 'bigint' }) })
  expectTypeOf(db.withPlugin(plugin)).toEqualTypeOf<Kysely<DB>>()
  const query = db.selectFrom('item').select('name').withPlugin(plugin)
  expectTypeOf(query.execute()).resolves.toEqualTypeOf<{ name: string }[]>()
})

test('it takes what makes sense for a query of Kysely alone', () => {
  // @ts-expect-error Kysely has signals of its own.
  queryOptions({ signal: new AbortController().signal })
  // @ts-expect-error It would give other rows than the query's type says.
  queryOptions({ rowMode: 'array' })
  // @ts-expect-error
  queryOptions({ timeoutMs: '1' })
})

test('the options of a query can be read where Kysely logs it', () => {
  const log = ({ query }: LogEvent) => queryOptionsOf(query)
  expectTypeOf<ReturnType<typeof log>>().toEqualTypeOf<KyselyQueryOptions | undefined>()
  new Kysely<DB>({ dialect: new PgwireDialect(), log: (event) => void queryOptionsOf(event.query)?.tag })
})

test('rows as arrays have the type that their caller says, and otherwise none', () => {
  const query = db.selectFrom('item').selectAll()
  const plain = () => executeArrays(db, query)
  const stated = () => executeArrays<[number, string]>(db, query, { timeoutMs: 1 })
  expectTypeOf<Awaited<ReturnType<typeof plain>>['rows']>().toEqualTypeOf<unknown[][]>()
  expectTypeOf<Awaited<ReturnType<typeof stated>>['rows']>().toEqualTypeOf<[number, string][]>()
})

test('the verbs of the driver take the options of a call', async () => {
  const run = async () => {
    await using connection = await connect()
    const options = { timeoutMs: 1, tag: 'x', prepare: false, signal: new AbortController().signal }
    await connection.query('', [], options)
    await connection.fetchValue('', [], options)
    await connection.batch([], options)
    await connection.executeMany('', [], options)
    connection.stream('', [], options)
    connection.cursor('', [], options)
    await connection.transaction((tx) => tx.query('', [], options))
    // @ts-expect-error
    await connection.query('', [], { timeoutMs: '1' })
  }
  expectTypeOf(run).returns.resolves.toBeVoid()
})

test('a tag and a limit can be read from an error', () => {
  expectTypeOf(tagOf(new Error())).toEqualTypeOf<string | undefined>()
  expectTypeOf<QueryTimeoutError['timeoutMs']>().toBeNumber()
  expectTypeOf<QueryTimeoutError['code']>().toEqualTypeOf<'PGWIRE_QUERY_TIMEOUT'>()
})
