/**
 * What is measured, as data: the seven queries of asyncpg's own pgbench suite and the ones that an application lives on.
 * Every driver, in whatever language, reads its orders from this table.
 */
import { TRUSTED_USER } from './schema.ts'
import type { Workload } from './workload.ts'

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

const pooledLookup = { ...pointLookup, connections: 10, pooled: true, inFlight: 10 } as const

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
  onPool(10, 'pool', 'point lookup'),
  onPool(4, 'pool', 'point lookup'),
  {
    ...pointLookup,
    name: 'mix',
    title: 'bursts of 20 point lookups, 1 in 100 takes 200 ms',
    connections: 10,
    pooled: true,
    inFlight: 20,
    // 2,000 a second: four of them sleep at any time.
    mix: { burstEveryMs: 10, slowOneIn: 100, slowSql: pointLookup.sql.replace(' where ', ', pg_sleep(0.2) where ') },
  },
  { ...pooledLookup, name: 'kysely-point', title: 'point lookup by Kysely, pool of 10' },
  {
    ...pooledLookup,
    name: 'kysely-point-seq',
    title: 'point lookup by Kysely, 1 connection',
    connections: 1,
    inFlight: 1,
  },
  { ...pooledLookup, name: 'kysely-prepared', title: 'prepared point lookup by Kysely, pool of 10', verb: 'prepared' },
  {
    ...pooledLookup,
    name: 'kysely-batch',
    title: 'batch of 20 different point lookups by Kysely',
    inFlight: 1,
    verb: 'batch',
    keysPerExecution: 20,
  },
  // By TCP as everybody, and without a request for TLS: one round trip for each driver.
  {
    ...pointLookup,
    name: 'connect',
    title: 'open and close a connection, no password',
    verb: 'connect',
    user: TRUSTED_USER,
    rowsPerExecution: 0,
    figure: 'wallUs',
  },
  {
    ...pointLookup,
    name: 'logins',
    title: 'the event loop while 50 log in at once by SCRAM-SHA-256, all cores',
    connections: 50,
    inFlight: 50,
    allCores: true,
    verb: 'connect',
    figure: 'turnCpuUs',
  },
  {
    ...pointLookup,
    name: 'acquire',
    title: 'acquire and release an idle connection',
    pooled: true,
    verb: 'acquire',
    repeats: 1_000,
    rowsPerExecution: 0,
    figure: 'cpuUs',
  },
  {
    ...pooledLookup,
    name: 'saturation',
    title: 'acquire by 20 clients on a pool of 10, point lookups',
    inFlight: 20,
    verb: 'saturate',
    figure: 'acquireP99Us',
  },
  {
    ...pooledLookup,
    name: 'idle',
    title: 'an idle connection of 200, each used once',
    connections: 200,
    inFlight: 1,
    verb: 'idle',
    figure: 'heapBytes',
  },
  {
    ...oneByOne,
    name: 'guards',
    title: 'telemetry without subscribers, on a query of a pool',
    sql: '',
    columns: {},
    verb: 'guard',
    repeats: 1_000,
    rowsPerExecution: 0,
    figure: 'cpuUs',
  },
  onPool(10, 'kysely-pool', 'point lookup by Kysely'),
  onPool(4, 'kysely-pool', 'point lookup by Kysely'),
]

/** 100 executions in flight on a pool that has fewer connections. */
function onPool(connections: number, name: string, title: string): Workload {
  return {
    ...pooledLookup,
    name: `${name}-${connections}`,
    title: `${title}, 100 in flight on a pool of ${connections}, all cores`,
    connections,
    allCores: true,
    inFlight: 100,
  }
}
