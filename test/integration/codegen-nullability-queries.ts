/** `!` for a column that holds no NULL, `?` for one that can; from which version on, where that is not 16. */
export type QueryCase = readonly [marks: string, sql: string, since?: number]

/** In `a` and `b`: `id` and `n` are NOT NULL, `o` is not. */
export const SCHEMA = `
  create type mood as enum ('sad', 'ok');
  create domain needed as int4 not null;
  create table a (
    id int4 primary key, n int4 not null, o int4, t text not null, u text, f bool not null, d date not null,
    s timestamp not null, j jsonb not null, l int4[] not null, m mood not null, y needed
  );
  create table b (id int4 primary key, n int4 not null, o int4, aid int4);
  create table c (id int4 primary key, v text not null, w text);
  create table parted (id int4 not null, o int4) partition by list (id);
  create table parted_1 partition of parted for values in (1, 2);
  create table ruled (id int4 not null, o int4);
  create rule other as on insert to ruled do instead insert into b (id, n) values (new.id, 1) returning b.aid, b.o;
  create rule others as on update to ruled do instead
    update b set o = null where b.id = new.id returning b.o, b.o;
  insert into a select i, i, nullif(i % 3, 0), 't' || i, case when i % 2 = 0 then 'u' end, i % 2 = 0,
    case i when 1 then 'infinity' else date '2024-01-01' + i end,
    case i when 1 then 'infinity' else timestamp '2024-01-01' end, case i when 1 then 'null' else '{"k": null}' end::jsonb,
    case i when 1 then '{}' when 2 then '{null}' else '{1,2}' end::int4[], 'ok', i from generate_series(1, 6) i;
  insert into b select i, i, nullif(i % 2, 0), nullif(i % 4, 0) from generate_series(3, 9) i;
  insert into c select i, 'v', case i when 1 then 'w' end from generate_series(1, 3) i;
  insert into parted values (1, null), (2, 2);
  insert into ruled values (100, 1);
  create view av as select id, n, o, n + 1 as n1, count(*) over () as c from a;
  create view joined as select a.id, a.n, a.o, b.id as bid, b.n as bn, b.o as bo from a left join b on b.aid = a.id;
  create view above as select bid, id, coalesce(bid, id) as either from joined;
  create view topmost as select x.*, y.n from above x right join av y on y.id = x.id;
  create view filtered as select bid, bo from joined where bid is not null;
  create view tricked as select id, n from a;
  create function tricks() returns trigger language plpgsql as 'begin new.n := null; return new; end';
  create trigger tricks instead of insert on tricked for each row execute function tricks();
  create materialized view stored as select id, n, o, n + 1 as n1, count(*) over () as c from a;
  create view of_stored as select n, n1, c from stored;
  create function three() returns int4 immutable strict language sql as 'select 3';
  create function nothing(int4) returns int4 immutable strict language sql as 'select null::int4';
  create type empty as ();
  create function empties() returns setof empty language sql as 'select from generate_series(1, 3)';
  create function pair(out x int4, out y int4) language sql as 'select 1, null::int4';
`

const JOINS: readonly QueryCase[] = [
  ['!!?', 'select id, n, o from a'],
  ['!!?!?!!!!!!?', 'select * from a'],
  ['!!', 'select a.n, b.n from a, b'],
  ['!!', 'select a.n, b.n from a join b on true'],
  ['!?', 'select a.n, b.n from a left join b on b.aid = a.id'],
  ['?!', 'select a.n, b.n from a right join b on b.aid = a.id'],
  ['??', 'select a.n, b.n from a full join b on b.aid = a.id'],
  ['!!', 'select a.n, b.n from a cross join b'],
  ['!!!', 'select id, a.n, b.n from a natural join c join b using (id)'],
  ['!!?', 'select id, a.id, b.id from a left join b using (id)'],
  ['!?!', 'select id, a.id, b.id from a right join b using (id)'],
  // A column of a full join is one of either side, and one of them is there. That takes a proof about both.
  ['???', 'select id, a.id, b.id from a full join b using (id)'],
  ['!?!', 'select j.id, j.t, j.n2 from (a right join b x(id, n2, r, q) using (id)) as j'],
  ['!??', 'select a.n, b.n, c.v from a left join b on b.aid = a.id left join c on c.id = b.id'],
  ['!??', 'select a.n, b.n, c.v from a left join (b join c on c.id = b.id) on b.aid = a.id'],
  ['!!?', 'select a.n, b.n, c.v from (a join b on b.aid = a.id) left join c on c.id = b.id'],
  ['??!', 'select a.n, b.n, c.v from (a left join b on b.aid = a.id) right join c on c.id = b.id'],
  ['?!!', 'select a.n, b.n, c.v from (a right join b on b.aid = a.id) join c on c.id = b.id'],
  ['???', 'select a.n, b.n, c.v from (a full join b on b.aid = a.id) full join c on c.id = b.id'],
  ['???', 'select a.n, b.n, c.v from (a join b on true) full join c on c.id = b.id'],
  ['!??', 'select x.n, y.n, z.n from a x left join a y on x.o = y.id left join a z on y.o = z.id'],
  ['!?!', 'select a.n, b.n, c.v from a left join b on b.aid = a.id cross join c'],
  ['!?', 'select s.n, s.m from (select a.n, b.n as m from a left join b on b.aid = a.id) s'],
  ['??', 'select s.n, s.m from c left join (select a.n, 1 as m from a) s on s.n = c.id'],
  ['!!', 'select s.n, s.m from c right join (select a.n, 1 as m from a) s on s.n = c.id'],
  ['!?', 'select a, b from a left join b on b.aid = a.id'],
  ['!?!?', 'select a.ctid, b.ctid, a.tableoid, b.tableoid from a left join b on b.aid = a.id'],
  ['!!', 'select x.n, y.id from parted y, a x tablesample system (100)'],
]

const LATERAL: readonly QueryCase[] = [
  ['!!', 'select a.n, s.m from a, lateral (select a.n as m) s'],
  ['!?', 'select a.n, s.m from a left join lateral (select a.n as m where a.f) s on true'],
  ['!!', 'select a.n, s.m from a cross join lateral (select a.n + b.n as m from b limit 1) s'],
  ['!?', 'select a.n, s.m from a cross join lateral (select a.o as m) s'],
  ['!?', 'select a.n, s.m from a left join b on b.aid = a.id cross join lateral (select b.n as m) s'],
  ['!!', 'select a.n, s.c from a cross join lateral (select count(*) as c from b where b.aid = a.id) s'],
  ['!?', 'select a.n, s.c from a left join lateral (select count(*) as c from b where b.aid = a.id) s on false'],
  ['!?', 'select a.n, s.c from a cross join lateral (select max(b.n) as c from b where b.aid = a.id) s'],
  ['!!', 'select a.n, i from a, generate_series(1, a.n) i'],
  ['!?', 'select a.n, i from a left join generate_series(4, a.n) i on true'],
  ['!!', 'select a.n, i from a, generate_series(1, a.o) i'],
  ['!?!', 'select a.n, e, at from a, unnest(a.l) with ordinality as u (e, at)'],
  ['!?', 'select a.n, s.m from a cross join lateral (select b.n as m from a x left join b on b.aid = a.id limit 1) s'],
  ['!!', 'select p, q from a cross join lateral (values (a.n, a.t)) as v (p, q)'],
]

const SUBQUERIES: readonly QueryCase[] = [
  ['!!', 'select exists (select from b), not exists (select from b where b.aid = a.id) from a'],
  ['?', 'select (select n from b where b.aid = a.id limit 1) from a'],
  ['!!', 'select (select 1), (select a.n) from a'],
  ['?', 'select (select a.o) from a'],
  ['?', 'select (select 1 where a.f) from a'],
  ['!', 'select (select count(*) from b where b.aid = a.id) from a'],
  ['?', 'select (select count(*) from b where b.aid = a.id having false) from a'],
  ['?', 'select (select count(*) from b group by b.aid limit 1) from a'],
  ['?', 'select (select count(*) from b limit 0)'],
  ['?', 'select (select count(*) from b offset 1)'],
  ['?', 'select (select max(n) from b where b.aid = a.id) from a'],
  ['!', `select (select coalesce(json_agg(x), '[]') from (select b.n from b where b.aid = a.id) x) from a`],
  ['?', 'select (select to_json(x) from (select b.n from b where b.aid = a.id limit 1) x) from a'],
  ['!', 'select json_build_object($$k$$, null, $$l$$, a.o) from a'],
  ['!', 'select array(select b.o from b where b.aid = a.id) from a'],
  ['??', 'select a.o in (select o from b), a.o = all (select o from b) from a'],
  ['?', 'select (select b.n from (select 1) x left join b on false)'],
  ['?', 'select (select generate_series(1, 0))'],
  ['?', 'select (select 1 union select 1)'],
]

const CTES: readonly QueryCase[] = [
  ['!?', 'with x as (select n, o from a) select * from x'],
  ['??', 'with x as (select n, o from a) select x.* from b left join x on x.n = b.aid'],
  ['!!', 'with x as (select n from a), y as (select n, n + 1 as m from x) select * from y'],
  ['!', 'with x as materialized (select n from a) select n from x'],
  ['!', 'with x as (select o from a) select n from (with x as (select n from b) select n from x) y'],
  ['!', 'with x as (select n from a) select (select count(n) from x)'],
  ['!', 'with x as (select n from a) select s.n from (select n from (select n from x) y) s'],
  ['!', 'with recursive r as (select 1 as i union all select i + 1 from r where i < 5) select i from r'],
  ['?', 'with recursive r as (select 1 as i union all select nullif(i + 1, 3) from r where i < 5) select i from r'],
  ['?', 'with recursive r as (select null::int4 as i union all select i + 1 from r where i < 5) select i from r'],
  [
    '!?',
    `with recursive r (i, p) as (
      select 1, 1 union all select i + 1, q from r, lateral (select nullif(p, 2) as q) s where i < 5) select i, p from r`,
  ],
  [
    '??',
    `with recursive r (i, p) as (
      select 1, 1 union select p, case when p < 5 then o end from r join a on a.id = p where p < 4) select i, p from r`,
  ],
  ['!!', `with recursive r (i, p) as (select 1, 1 union select p, i from r where i < 3) select i, p from r`],
  [
    '?',
    'with recursive r as (select 1 as i union all select b.n from r left join b on b.id = r.i where i < 3) select i from r',
  ],
  [
    '!?',
    `with recursive r as (select 1 as i union all select i + 1 from r where i < 5) search depth first by i set o
      select i, o from r`,
  ],
  [
    '!??',
    `with recursive r as (select 1 as i union all select i + 1 from r where i < 5) cycle i set looped using path
      select i, looped, path from r`,
  ],
  [
    '!!',
    `with recursive r as (
      select 1 as i union all
      select s.i from (with recursive q as (select r.i + 1 as i from r union all select q.i + 1 from q where q.i < 3)
        select i from q) s where s.i < 4)
    select i, i + 1 from r`,
  ],
  ['!?', 'with x as (insert into b (id, n) values (50, 1) returning id, o) select * from x'],
  ['?', 'with x as (delete from b returning n) select x.n from a left join x on x.n = a.id'],
]

const SET_OPERATIONS: readonly QueryCase[] = [
  ['!', 'select n from a union select n from b'],
  ['!', 'select n from a union all select 1'],
  ['?', 'select n from a union all select o from b'],
  ['?', 'select o from a union all select n from b'],
  ['?', 'select n from a union all select null'],
  ['!', 'select n from a intersect select n from b'],
  ['!', 'select n from a intersect select o from b'],
  ['!', 'select o from a intersect select n from b'],
  ['?', 'select o from a intersect select o from b'],
  ['!', 'select n from a except select o from b'],
  ['?', 'select o from a except select n from b'],
  ['?', 'select n from a union (select n from b except select n from a) union all select o from a'],
  ['!', 'select n from a union (select n from b except select o from a)'],
  ['!', 'select n from a union all select n + 1.5 from b'],
  ['!', `select t from a union all select v from c order by 1`],
  ['!!?', 'select n, 1, o from a union all select n, 2, 3 from b'],
  ['!!', 'select * from (select n, id from a union select n, id from b) x'],
  ['??', 'select x.* from a left join (select n, id from a union select n, id from b) x on false'],
  ['!', 'values (1), (2)'],
  ['?', 'values (1), (null)'],
  ['!?', 'select * from (values (1, 2), (3, null)) v'],
  ['!!??', 'table b union all select n, 1, n, n from a'],
]

const EXPRESSIONS: readonly QueryCase[] = [
  ['!!!!?', `select 1, 'x', true, interval '1 day', null`],
  ['!!!!', 'select n + 1, n - id, n * 2.5, -n from a'],
  ['????', 'select o + 1, n - o, o * 2.5, -o from a'],
  ['!!!', `select t || 'x', lower(t), length(t) from a`],
  ['???', `select u || 'x', lower(u), length(u) from a`],
  ['!!', 'select n = id, n < 3 from a'],
  ['?', 'select n = o from a'],
  ['!!!', 'select o is null, o is not null, (o = 1) is true from a'],
  ['!!', 'select o is distinct from n, o is not distinct from null from a'],
  ['!!?', 'select f and n > 1, not f, o > 1 or f from a'],
  ['!', `select case when f then 1 else n end from a`],
  ['?', `select case when f then 1 end from a`],
  ['?', `select case when f then o else 1 end from a`],
  ['!', `select case n when 1 then 'x' when 2 then 'y' else 'z' end from a`],
  ['!?', 'select coalesce(o, n), coalesce(o, nullif(n, 1)) from a'],
  ['!!?', 'select greatest(o, n), least(n, o), greatest(o, null) from a'],
  ['?', 'select nullif(n, 1) from a'],
  ['!!', 'select n in (1, 2), n not in (1, id) from a'],
  ['???', 'select o in (1, 2), n in (1, o), n = any (l) from a'],
  ['!!', 'select array[o, n], row(o, n) = row(1, 2) is null from a'],
  ['?', 'select row(o, n) = row(1, 2) from a'],
  ['??', 'select l[1], array_length(l, 1) from a'],
  ['!!', 'select cardinality(l), l || 1 from a'],
  ['??', `select j -> 'k', j ->> 'k' from a`],
  ['!!', `select jsonb_typeof(j), j || '{}' from a`],
  ['!!!?', 'select n::text, n::int8, t::varchar(3), o::text from a'],
  ['!!', `select t collate "C", m::text from a`],
  ['!', `select d + 1 from a`],
  ['!!', `select d + interval '1 day', date_trunc('month', s) from a where d < 'infinity'`],
  ['??', `select extract(day from d), date_part('day', s) from a`],
  ['?', `select to_char(s, 'YYYY') from a`],
  ['?', 'select s::time from a'],
  ['?', `select substring(t from 'x(.)') from a`],
  ['!', `select substring(t from 1 for 2) from a`],
  ['!!!!!!', 'select now(), current_date, current_timestamp, localtime, random(), clock_timestamp()'],
  ['!!!!?', 'select current_user, session_user, current_role, current_catalog, current_schema'],
  // Whether a domain's NOT NULL holds cannot be told from the column.
  ['?', 'select y from a'],
  ['??', 'select nothing(n), three() from a'],
  ['!!', `select concat(u, null), concat_ws(',', u) is null from a`],
  ['?', `select concat(variadic null::text[])`],
  ['!', `select format('%s', n) from a`],
  ['!', `select gen_random_uuid()`],
  ['?', 'select (a.*).o from a'],
  ['?', 'select (pair()).y'],
  ['!?', 'select generate_series(1, 2) is null, generate_series(1, 3)'],
  ['??', 'select generate_series(1, 2), generate_series(1, 3)'],
  ['?', 'select unnest(l) from a'],
  ['!', 'select make_interval(days => n) from a'],
  ['?', `select '1'::jsonb #>> '{}'`],
  ['!', 'select m from a'],
  ['!', `select m = 'ok' from a`],
  ['!', `select m::text::mood from a`],
  ['?', 'select xmlelement(name x)::text'],
  ['!!', 'select distinct n, id from a'],
  ['!!', 'select distinct on (n) n, id from a order by n, o'],
  ['!', 'select n from a order by o limit 1'],
  ['!', 'select n from a for update'],
  ['', 'select from a'],
]

const FUNCTIONS_IN_FROM: readonly QueryCase[] = [
  ['!', 'select * from generate_series(1, 3)'],
  ['!!', 'select * from generate_series(1, 3) with ordinality'],
  ['?', 'select * from unnest(array[1, null])'],
  ['?!', 'select * from unnest(array[1, null]) with ordinality'],
  ['??', 'select * from rows from (generate_series(1, 3), generate_series(1, 2))'],
  ['??!', 'select * from rows from (generate_series(1, 3), generate_series(1, 2)) with ordinality'],
  ['?', 'select g from rows from (generate_series(1, 1), empties()) as f (g)'],
  ['??', 'select * from pair()'],
  ['!', `select * from lower('X')`],
  ['?', `select * from lower(null)`],
  ['!', `select * from jsonb_object_keys('{"a": 1}')`],
  ['??', `select * from jsonb_each('{"a": 1}')`],
  ['?', `select * from jsonb_array_elements_text('[null]')`],
  ['!', `select * from jsonb_array_elements('[null]')`],
  ['??', `select * from json_to_record('{}') as x (a int4, b int4)`],
  ['?', `select * from xmltable('/r' passing '<r/>' columns c text)`],
  ['?', 'select * from three()'],
]

const GROUPING: readonly QueryCase[] = [
  ['!', 'select count(*) from a'],
  ['!!', 'select count(*), count(o) from a where false'],
  ['????', 'select sum(n), max(n), array_agg(n), bool_and(f) from a'],
  ['!!!!!', 'select n, count(*), sum(id), max(t), avg(n) from a group by n'],
  ['!??', 'select n, sum(o), max(u) from a group by n'],
  ['??', 'select o, max(n) filter (where f) from a group by o'],
  ['!!', 'select array_agg(o), jsonb_agg(o) from a group by n'],
  ['!', `select string_agg(t, ',' order by o) from a group by n`],
  ['?', `select string_agg(u, ',') from a group by n`],
  ['?', 'select stddev(n) from a group by id'],
  ['?', 'select mode() within group (order by n) from a group by id'],
  ['!', 'select count(distinct o) from a group by f having max(n) > 1'],
  ['!!', 'select n + 1, lower(t) from a group by n + 1, lower(t)'],
  ['!', 'select n from a group by id'],
  ['?', 'select max(n) from a group by ()'],
  ['?!', 'select n, count(*) from a group by rollup (n)'],
  ['??', 'select n, id from a group by cube (n, id)'],
  ['??', 'select n, id from a group by grouping sets ((n), (id))'],
  ['?!', 'select n, grouping(n) from a group by rollup (n)'],
  ['?', 'select coalesce(o, 0) from a group by rollup (coalesce(o, 0))'],
  ['?', 'select coalesce(o, 0) + 1 from a group by rollup (coalesce(o, 0))'],
  ['?', `select 'x'::text from a group by rollup (1)`],
  ['?', 'select max(n) from a group by rollup (f)'],
  ['?', 'select max(n) from a group by grouping sets ((), (f))'],
  ['?', 'select (select n) from a group by rollup (n)'],
  ['?', 'select s.n from (select n from a group by rollup (n)) s'],
  ['?', 'select n from a group by rollup (n) union all select 1'],
  ['?', 'select case when f then n else 0 end from a group by cube (f, n)'],
  ['!', 'select n from a group by n, rollup (f)', 18],
  ['!', 'select coalesce(n, 0) from a group by rollup (n)', 18],
  ['!', 'select id from a group by distinct id, cube (n)', 18],
]

const WINDOWS: readonly QueryCase[] = [
  [
    '!!!!!',
    'select row_number() over (), rank() over (order by o), dense_rank() over (), cume_dist() over (), percent_rank() over () from a',
  ],
  ['!?', 'select ntile(n) over (), ntile(o) over () from a'],
  ['???', 'select lag(n) over (), lead(n) over (), nth_value(n, 2) over () from a'],
  ['??', 'select first_value(n) over (), last_value(n) over () from a'],
  ['!!', 'select count(*) over (), count(o) over (partition by f) from a'],
  ['!!', 'select sum(n) over (), max(n) over (partition by f order by id) from a'],
  ['?', 'select sum(o) over () from a'],
  ['?', 'select sum(n) over (order by id rows between 2 preceding and 1 preceding) from a'],
  ['?', 'select sum(n) over (order by id rows between 1 following and unbounded following) from a'],
  ['!', 'select sum(n) over (order by id rows between current row and unbounded following) from a'],
  ['?', 'select sum(n) over (order by id rows between unbounded preceding and current row exclude current row) from a'],
  ['?', 'select sum(n) filter (where f) over () from a'],
  ['!', 'select sum(n) over w from a window w as (partition by f)'],
  ['!', 'select row_number() over () from a group by rollup (f)'],
  ['?', 'select sum(sum(n)) over () from a'],
  ['!', 'select sum(sum(n)) over () from a group by f'],
]

const CONDITIONS: readonly QueryCase[] = [
  ['!', 'select o from a where o is not null'],
  ['!!', 'select o, u from a where o is not null and u is not null'],
  ['?', 'select o from a where o is not null or f'],
  ['?', 'select o from a where not (o is null)'],
  ['!', 'select o from a where o = 1'],
  ['!', 'select o from a where o + n > 1'],
  ['!!', 'select a.o, b.o from a join b on a.o = b.o'],
  ['!?', 'select a.o, b.o from a join b on a.o = b.aid'],
  ['??', 'select a.o, b.o from a left join b on a.o = b.o'],
  ['!!', 'select a.o, b.n from a left join b on a.o = b.o where a.o = 1 and b.n is not null'],
  ['?', 'select b.o from a left join b on a.o = b.o where b.n is not null'],
  ['??', 'select a.o, b.o from c left join (a join b on a.o = b.o) on a.id = c.id'],
  ['!', 'select o from a where o in (1, 2)'],
  ['?', 'select o from a where o <> all (array[]::int4[])'],
  ['!', 'select o from a where o = any (array[1, 2])'],
  ['!', `select u from a where lower(u) = 'u'`],
  ['?', 'select o from a where nothing(o) is null'],
  ['?', 'select o from a where coalesce(o, 1) = 1'],
  ['?', 'select o from a where o is distinct from 1'],
  ['!', 'select max(o) from a where o is not null group by f'],
  ['?', 'select max(o) from a where o is not null'],
  ['?', 'select o from a where o is not null group by rollup (o)'],
  ['!', 'select s.o from a cross join lateral (select a.o) s where a.o is not null'],
  ['?', 'select s.o from (select o from a) s where s.o is not null'],
]

const VIEWS: readonly QueryCase[] = [
  ['!!?!!', 'select * from av'],
  ['!!????', 'select * from joined'],
  ['?!!', 'select * from above'],
  ['???!', 'select * from topmost'],
  ['??', 'select * from filtered'],
  ['?', 'select av.n from a left join av on av.o = a.id'],
  ['!!?!!', 'select * from stored'],
  ['!!!', 'select * from of_stored'],
  ['!', 'select av from av'],
]

const WRITES: readonly QueryCase[] = [
  ['!!?', 'insert into b (id, n) values (50, 1) returning id, n, o'],
  ['!!?!', 'insert into b (id, n) select id + 60, n from a returning b.id, n + 1, o, 1'],
  ['!?', 'insert into b (id, n) values (3, 1) on conflict (id) do update set o = null returning id, o'],
  ['!?', 'update b set o = null where o is not null returning n, o'],
  ['!?!', 'update b set n = 5 from a where a.id = b.aid and a.o = 1 returning b.n, a.o, a.n'],
  ['!?', 'update b set n = 5 from a left join c on c.id = a.id where a.id = b.aid returning a.n, c.v'],
  ['!?!', 'delete from b using a where a.id = b.aid returning b.n, b.o, a.n'],
  ['!!', 'delete from b returning b, b.ctid'],
  ['?', 'delete from b returning (select max(n) from a where a.id = b.id)'],
  ['!', 'delete from b returning (select b.n)'],
  ['??', 'insert into ruled values (70, 1) returning id, o'],
  ['??', 'update ruled set o = 1 returning id, o'],
  ['??', 'delete from ruled returning id, o'],
  ['??', 'insert into tricked values (1, 1) returning id, n'],
  ['!?', 'update parted set o = null returning id, o'],
  ['', 'update b set n = 1'],
  ['', 'delete from b'],
  ['!?!!', 'update b set o = null returning old.n, old.o, new.n, n', 18],
  ['?!', 'insert into b (id, n) values (51, 1) returning old.n, new.n', 18],
  ['!?', 'delete from b returning old.n, new.n', 18],
  [
    '!??!',
    `merge into b using a on a.id = b.id when matched then update set n = 1 when not matched then
      insert (id, n) values (a.id, 1) returning b.n, b.o, a.n, merge_action()`,
    17,
  ],
  ['!?', `merge into b using a on a.id = b.id when not matched by source then delete returning b.n, a.n`, 17],
  ['??', `merge into b using a on a.id = b.id when matched then delete returning old.n, new.n`, 18],
]

export const QUERIES: Readonly<Record<string, readonly QueryCase[]>> = {
  joins: JOINS,
  lateral: LATERAL,
  subqueries: SUBQUERIES,
  'common table expressions': CTES,
  'set operations': SET_OPERATIONS,
  expressions: EXPRESSIONS,
  'functions in FROM': FUNCTIONS_IN_FROM,
  grouping: GROUPING,
  windows: WINDOWS,
  conditions: CONDITIONS,
  views: VIEWS,
  writes: WRITES,
}
