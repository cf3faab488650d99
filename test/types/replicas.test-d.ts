import type { Kysely } from 'kysely'
import {
  type Connection,
  createPool,
  PgwireDialect,
  type Pool,
  type PoolStats,
  type PoolTotals,
  queryOptions,
  type ReplicaState,
  type Transaction,
} from 'kysely-pgwire'
import { expectTypeOf, test } from 'vitest'

interface DB {
  item: { id: number; name: string }
}

declare const db: Kysely<DB>
declare const pool: Pool

test('replicas are strings or options', () => {
  const replicas = ['postgres://replica', { host: 'replica', targetSessionAttrs: 'prefer-standby' }] as const
  createPool({ replicas, replicaFallback: false })
  new PgwireDialect({ pool: { replicas } })
  // @ts-expect-error
  createPool({ replicas: 'postgres://replica' })
  // @ts-expect-error
  createPool({ replicas: [{ hosts: 'replica' }] })
  // @ts-expect-error
  createPool({ replicaFallback: 'no' })
})

test('a mark is true or false, on whatever reads', () => {
  const run = async () => {
    await pool.query('', [], { replica: true })
    await pool.fetchValue('', [], { replica: true, column: 0 })
    await pool.batch([], { replica: true })
    await pool.acquire({ replica: true })
    await pool.transaction(async () => {}, { replica: true, isolationLevel: 'repeatable read' })
    pool.cursor('', [], { replica: true })
    pool.copyTo('item', { format: 'csv', replica: true })
    // @ts-expect-error
    await pool.query('', [], { replica: 'yes' })
    // @ts-expect-error A row that is copied in is written.
    await pool.copyFrom('item', [], { replica: true })
    // @ts-expect-error
    await pool.executeMany('', [], { replica: true })
  }
  expectTypeOf(run).returns.resolves.toBeVoid()
})

test('whatever takes a pool, a connection or a transaction can mark what it reads', () => {
  const read = (on: Pool | Connection | Transaction) => on.query<{ id: number }>('', [], { replica: true })
  expectTypeOf<Awaited<ReturnType<typeof read>>['rows']>().toEqualTypeOf<{ id: number }[]>()
})

test('a mark changes no type of a query', () => {
  const query = db
    .selectFrom('item')
    .select('name')
    .withPlugin(queryOptions({ replica: true }))
  expectTypeOf(query.execute()).resolves.toEqualTypeOf<{ name: string }[]>()
})

test('replicas tell what is done there', () => {
  expectTypeOf(pool.replicas).toEqualTypeOf<readonly ReplicaState[]>()
  expectTypeOf<ReplicaState['stats']>().toEqualTypeOf<PoolStats>()
  expectTypeOf<ReplicaState['totals']>().toEqualTypeOf<PoolTotals>()
  expectTypeOf<ReplicaState['available']>().toBeBoolean()
})
