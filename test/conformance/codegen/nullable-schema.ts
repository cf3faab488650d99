/** Columns that are never NULL, and columns that only look so: by a NOT NULL that is not kept, or through a view. */
import type { Random } from '../../support/random.ts'

/** Statement by statement, for a server of this version. */
export function nullableSchema(majorVersion: number): string[] {
  return [
    'create domain filled as int not null',
    'create table a (id int primary key, x int not null, y int, t text not null, d filled)',
    'create table b (id int primary key, a_id int, z text not null, d filled not null)',
    'create table c (x int not null, y text)',
    // A table that inherits keeps less than the one that it inherits from.
    ...(majorVersion >= 18
      ? ['create table parent (p int, q int not null)', 'alter table parent add constraint own not null p no inherit']
      : ['create table parent (p int not null, q int not null)']),
    'create table child () inherits (parent)',
    'create table grandchild (more int not null) inherits (child)',
    ...(majorVersion >= 18
      ? []
      : ['alter table child alter p drop not null', 'alter table grandchild alter p drop not null']),
    // Constraints that PostgreSQL believes, and does not enforce.
    'create extension file_fdw',
    'create server files foreign data wrapper file_fdw',
    `create foreign table foreign_one (a int not null, b int) server files options (program 'echo ,1', format 'csv')`,
    'create table parted (a int not null, b int not null) partition by list (b)',
    'create table parted_own partition of parted for values in (2)',
    `create foreign table parted_foreign partition of parted for values in (1) server files options (program 'echo ,1', format 'csv')`,
    ...(majorVersion >= 18
      ? [
          'create table late (v int)',
          'insert into late values (null)',
          'alter table late add constraint late_v not null v not valid',
        ]
      : []),
    ...Object.entries(views).map(([name, query]) => `create view ${name} as ${query}`),
    'create materialized view kept as select a.x, b.z from a left join b on b.a_id = a.id',
    'create view above as select a.x, z, coalesce(z, a.t) as either from left_joined join a on a.x = left_joined.x',
    'create view over_kept as select * from kept',
  ]
}

const views: Readonly<Record<string, string>> = {
  plain: 'select id, x, y, t, d, x + 1 as more, y + 1 as perhaps from a',
  inner_joined: 'select a.x, b.z, b.a_id from a join b on b.a_id = a.id',
  left_joined: 'select a.x, a.t, b.z, b.id, b.d from a left join b on b.a_id = a.id',
  right_joined: 'select a.x, b.z, b.id from a right join b on b.a_id = a.id',
  full_joined: 'select a.x, b.z from a full join b on b.a_id = a.id',
  deep_joined: 'select a.x, b.z, c.x as cx from a left join (b join c on c.x = b.id) on b.a_id = a.id',
  filtered: 'select y, t from a where y is not null',
  falsely_filtered: 'select y, t from a where y is not null or x > 0',
  rolled_up: 'select x, t, count(*) as many, sum(y) as total from a group by rollup (x, t)',
  grouped: 'select x, count(*) as many, sum(y) as total, max(t) as most, array_agg(y) as ys from a group by x',
  aggregated:
    'select count(*) as many, sum(x) as total, max(t) as most, array_agg(x) as xs, bool_and(x > 0) as every from a',
  united: 'select x, t from a union all select y, t from a',
  both_sides: 'select x from a union select id from b',
  excepted: 'select x from a except select y from a',
  intersected: 'select y from a intersect select x from a',
  decided: `select case when x > 5 then 'much' end as one, case when x > 5 then 'much' else 'little' end as two from a`,
  chosen:
    'select coalesce(y, x) as first, coalesce(y, null) as second, nullif(x, 3) as third, greatest(x, y) as fourth from a',
  windowed:
    'select x, lag(x) over (order by id) as before, row_number() over () as number, first_value(t) over () as first from a',
  asked:
    'select x, (select z from b where b.id = a.id) as found, exists (select from b) as any_b, array(select y from a) as ys from a',
  sideways: 'select a.x, found.z from a left join lateral (select z from b where b.a_id = a.id limit 1) found on true',
  crossed: 'select a.x, found.z from a cross join lateral (select z from b where b.a_id = a.id limit 1) found',
  listed: 'select v.n, v.t from (values (1, $$a$$), (2, null)) as v (n, t)',
  counted:
    'with recursive up (n, m) as (select 1, x from a union all select n + 1, null from up where n < 3) select * from up',
  inherited: 'select p, q from parent',
  only_parent: 'select p, q from only parent',
  believed: 'select a from foreign_one',
  of_parts: 'select a, b from parted',
  of_domains: 'select d from b',
  of_records: 'select a as row, b.id from a left join b on b.a_id = a.id',
  series: 'select n, x from generate_series(1, 3) as n left join c on c.x = n',
  distinct_ones: 'select distinct on (x) x, y, t from a order by x',
  texts: `select t || 'x' as one, upper(t) as two, t like 'a%' as three, substring(t from 'z(.)') as four, length(t) as five from a`,
}

/** Rows of which many values are NULL; some tables stay empty. */
export function randomRows(random: Random): string[] {
  const maybe = (value: string): string => (random.between(1, 100) <= 45 ? 'null' : value)
  const number = (): string => String(random.between(0, 9))
  const text = (): string => random.pick([`''`, `'a'`, `'zebra'`])
  const count = (): number => random.pick([0, 1, 4, 12])
  const rows = (most: number, row: (index: number) => string): string[] =>
    Array.from({ length: most }, (_, index) => row(index))
  return [
    'truncate a, b, c, parent, child, grandchild, parted_own',
    ...rows(count(), (id) => `insert into a values (${id}, ${number()}, ${maybe(number())}, ${text()}, ${number()})`),
    ...rows(count(), (id) => `insert into b values (${id}, ${maybe(number())}, ${text()}, ${number()})`),
    ...rows(count(), () => `insert into c values (${number()}, ${maybe(text())})`),
    // A domain's NOT NULL lets this through, in a column that has none of its own.
    `insert into a values (100, 1, 1, 'x', (select d from a where false))`,
    `insert into parent values (${number()}, 1)`,
    `insert into child values (null, ${number()})`,
    `insert into grandchild values (${maybe(number())}, 1, 1)`,
    'insert into parted_own values (1, 2)',
    'refresh materialized view kept',
  ]
}
