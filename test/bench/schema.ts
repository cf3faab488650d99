/** Logs in without a password. */
export const TRUSTED_USER = 'bench_trusted'

/** The tables of the workloads. Unlogged and analyzed once, so that the server does the same work in every round. */
export const schema: readonly string[] = [
  'create unlogged table _bytes (b bytea)',
  `insert into _bytes select repeat('a', 1000)::bytea from generate_series(1, 100)`,
  'create unlogged table _test_arrays (a int4[])',
  'insert into _test_arrays select (select array_agg(i) from generate_series(1, 100) as i) from generate_series(1, 100)',
  'create unlogged table _bulk (a int4, b int4, c int4, d text, e float8, f int4, g text)',
  `create unlogged table bench_users (
     id int4 primary key, email text not null, name text not null, active bool not null,
     balance numeric not null, created_at timestamptz not null)`,
  `insert into bench_users
   select i, 'user' || i || '@example.com', 'User Number ' || i, i % 3 <> 0, (i * 37 % 100000)::numeric / 100,
          timestamptz '2024-01-01 00:00:00+00' + i * interval '1 minute'
   from generate_series(1, 10000) as i`,
  `create unlogged table bench_mixed (
     id int4 primary key, big int8 not null, name text not null, email text not null, active bool not null,
     score float8 not null, price numeric(12,2) not null, uid uuid not null, created timestamptz not null, data jsonb not null)`,
  `insert into bench_mixed
   select i, 9007199254740993 + i, 'Product name ' || i, 'owner' || i || '@example.com', i % 2 = 0, i / 7.0,
          (i * 7919 % 1000000)::numeric / 100, md5(i::text)::uuid, timestamptz '2024-01-01 00:00:00.123+00' + i * interval '61 seconds',
          jsonb_build_object('n', i, 'tags', jsonb_build_array('a', 'b'), 'ok', i % 2 = 1)
   from generate_series(1, 10000) as i`,
  `create role ${TRUSTED_USER} login`,
  `grant select on bench_users to ${TRUSTED_USER}`,
  'vacuum analyze',
]
