/**
 * What is measured, as data: the seven queries of asyncpg's own pgbench suite and the ones that an application lives on.
 * Every driver, in whatever language, reads its orders from this table.
 */
import type { ColumnTypes } from './column-types.ts'

export interface Workload {
  readonly name: string
  readonly title: string
  readonly sql: string
  /** Result columns in order, with their PostgreSQL types: what the correctness check compares. */
  readonly columns: ColumnTypes
  /** The same parameters for every execution; a keyed workload has one int4 parameter instead. */
  readonly parameters: readonly (number | boolean)[]
  /** With it, execution n asks for one of the ids 1 to `keys`, in an order that jumps about. */
  readonly keys?: number
  readonly connections: number
  /** How many executions are under way at any moment, over all connections together. */
  readonly inFlight: number
  readonly verb: 'query' | 'copy' | 'executeMany'
  /** For the verbs that write: the row that is sent, and how often per execution. */
  readonly row?: readonly (number | string)[]
  readonly rowsPerExecution?: number
  readonly table?: string
}

const oneByOne = { parameters: [], connections: 1, inFlight: 1, verb: 'query' } as const

const userColumns = {
  id: 'int4',
  email: 'text',
  name: 'text',
  active: 'bool',
  balance: 'numeric',
  created_at: 'timestamptz',
} as const

const pointLookup = {
  ...oneByOne,
  sql: 'select "id", "email", "name", "active", "balance", "created_at" from "bench_users" where "id" = $1',
  columns: userColumns,
  keys: 10_000,
} as const

const bulkRow = {
  ...oneByOne,
  columns: { a: 'int4', b: 'int4', c: 'int4', d: 'text', e: 'float8', f: 'int4', g: 'text' },
  row: [10, 11, 10, 'TESTTESTTEST', 10.333, 12341234, '123412341234'],
  table: '_bulk',
} as const

export const workloads: readonly Workload[] = [
  {
    ...oneByOne,
    name: 'pg_type',
    title: 'pg_type, 12 columns',
    sql: 'select typname, typnamespace, typowner, typlen, typbyval, typcategory, typispreferred, typisdefined, typdelim, typrelid, typelem, typarray from pg_type where typtypmod = $1 and typisdefined = $2',
    parameters: [-1, true],
    columns: {
      typname: 'name',
      typnamespace: 'oid',
      typowner: 'oid',
      typlen: 'int2',
      typbyval: 'bool',
      typcategory: 'char',
      typispreferred: 'bool',
      typisdefined: 'bool',
      typdelim: 'char',
      typrelid: 'oid',
      typelem: 'oid',
      typarray: 'oid',
    },
  },
  {
    ...oneByOne,
    name: 'series',
    title: 'generate_series, 1,000 rows',
    sql: 'SELECT i FROM generate_series(1, 1000) AS i',
    columns: { i: 'int4' },
  },
  { ...oneByOne, name: 'bytea', title: '100 × 1 kB bytea', sql: 'SELECT * FROM _bytes', columns: { b: 'bytea' } },
  { ...oneByOne, name: 'arrays', title: '100 × int4[100]', sql: 'SELECT * FROM _test_arrays', columns: { a: '_int4' } },
  {
    ...bulkRow,
    name: 'copy',
    title: 'COPY in, 10,000 rows × 7 columns',
    sql: 'COPY _bulk (a, b, c, d, e, f, g) FROM STDIN',
    verb: 'copy',
    rowsPerExecution: 10_000,
  },
  {
    ...bulkRow,
    name: 'executemany',
    title: '1,000 inserts by executeMany',
    sql: 'INSERT INTO _bulk (a, b, c, d, e, f, g) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    verb: 'executeMany',
    rowsPerExecution: 1_000,
  },
  { ...oneByOne, name: 'select1', title: 'select 1+1', sql: 'select 1+1', columns: { '?column?': 'int4' } },
  { ...pointLookup, name: 'point', title: 'point lookup, 10 connections', connections: 10, inFlight: 10 },
  { ...pointLookup, name: 'point-seq', title: 'point lookup, 1 connection' },
  { ...pointLookup, name: 'point-100', title: 'point lookup, 100 in flight', inFlight: 100 },
  {
    ...oneByOne,
    name: 'mixed',
    title: '10,000 rows × 10 mixed columns',
    sql: 'select id, big, name, email, active, score, price, uid, created, data from bench_mixed',
    columns: {
      id: 'int4',
      big: 'int8',
      name: 'text',
      email: 'text',
      active: 'bool',
      score: 'float8',
      price: 'numeric',
      uid: 'uuid',
      created: 'timestamptz',
      data: 'jsonb',
    },
  },
  { ...pointLookup, name: 'kysely-point', title: 'point lookup by Kysely, pool of 10', connections: 10, inFlight: 10 },
  { ...pointLookup, name: 'kysely-point-seq', title: 'point lookup by Kysely, 1 connection' },
]

/** The row queries on another number of connections, each with one execution at a time. */
export function onConnections(workload: Workload, connections: number): Workload {
  const counted = workload.keys !== undefined || workload.verb !== 'query'
  return counted ? workload : { ...workload, connections, inFlight: connections }
}

/** The id that execution `n` of a keyed workload asks for; every driver, in every language, uses this formula. */
export function keyOf(n: number, keys: number): number {
  return 1 + ((n * 7919) % keys)
}
