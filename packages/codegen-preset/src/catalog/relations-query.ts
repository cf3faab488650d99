import type { CatalogColumn, CatalogRelation, RelationKind } from './catalog.ts'

/** The schemas that are no user's. */
export const NOT_SYSTEM = `
  namespace.nspname !~ '^pg_(toast|temp_|toast_temp_)' and namespace.nspname not in ('pg_catalog', 'information_schema')`

/** `CMD_UPDATE`, `CMD_INSERT` and `CMD_DELETE` as bits, in what `pg_relation_is_updatable` gives. */
const UPDATE = 1 << 2
const INSERT = 1 << 3
const DELETE = 1 << 4

// Bits of `tgtype`.
const TRIGGER_INSERT = 1 << 2
const TRIGGER_DELETE = 1 << 3
const TRIGGER_UPDATE = 1 << 4
const TRIGGER_INSTEAD = 1 << 6
/** For each row, before, an insert. */
const FILLING = 1 | (1 << 1) | TRIGGER_INSERT

const ALL = UPDATE | INSERT | DELETE

/**
 * Relations with their columns.
 *
 * `proved` is NOT NULL where the server keeps it for every row that a query of the relation gives: not on foreign tables, whose
 * constraints it only believes; not where a table that inherits has dropped it, or a partition is foreign; not before a constraint
 * that was added NOT VALID is validated. Views have none of their own.
 *
 * `events` is what can be written. PostgreSQL asks the wrapper of a foreign table, or of one behind a view, and fails where that has
 * no handler: such a table is `unusable`, and so is what shows it. What a view has a rule for only under a condition cannot be done
 * through it at all. PostgreSQL's judgement of a column is of updates and deletes together: where a trigger or a rule is for some
 * events only, it takes whole rows.
 */
export const relationsQuery: string = `
with recursive unusable (oid) as (
  select foreign_table.ftrelid
  from pg_catalog.pg_foreign_table as foreign_table
  join pg_catalog.pg_foreign_server as server on server.oid = foreign_table.ftserver
  join pg_catalog.pg_foreign_data_wrapper as wrapper on wrapper.oid = server.srvfdw
  where wrapper.fdwhandler = 0
  union
  select rule.ev_class
  from unusable
  join pg_catalog.pg_depend as dependency on dependency.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
    and dependency.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and dependency.refobjid = unusable.oid
  join pg_catalog.pg_rewrite as rule on rule.oid = dependency.objid and rule.ev_type = '1'
),
instead as (
  select relation, coalesce(bit_or(events) filter (where always), 0) as always, bit_or(events) as ever
  from (
    select tgrelid as relation, true as always,
      ((tgtype & ${TRIGGER_INSERT}) << 1) | ((tgtype & ${TRIGGER_DELETE}) << 1) | ((tgtype & ${TRIGGER_UPDATE}) >> 2) as events
    from pg_catalog.pg_trigger where tgtype & ${TRIGGER_INSTEAD} <> 0
    union all
    select ev_class, ev_qual::text = '<>', 1 << ev_type::text::int
    from pg_catalog.pg_rewrite where ev_type <> '1' and is_instead
  ) as written
  group by relation
),
relation as (
  select relation.oid, namespace.nspname, relation.relname, relation.relkind, relation.relispartition,
    coalesce(instead.ever, 0) as instead,
    case when relation.oid in (select oid from unusable) then 0
      else pg_catalog.pg_relation_is_updatable(relation.oid, true)
    end & case when relation.relkind = 'v' then ~coalesce(instead.ever & ~instead.always, 0) else ~0 end as events
  from pg_catalog.pg_class as relation
  join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
  left join instead on instead.relation = relation.oid
  where relation.relkind in ('r', 'p', 'v', 'm', 'f') and ${NOT_SYSTEM}
),
heir (ancestor, oid) as (
  select inhparent, inhrelid from pg_catalog.pg_inherits
  union
  select heir.ancestor, further.inhrelid from heir join pg_catalog.pg_inherits as further on further.inhparent = heir.oid
),
unvalidated as (
  select conrelid, conkey[1] as attnum from pg_catalog.pg_constraint where contype = 'n' and not convalidated
),
enforced as (
  select attribute.attrelid, attribute.attnum, attribute.attname,
    attribute.attnotnull and class.relkind in ('r', 'p')
      and (attribute.attrelid, attribute.attnum) not in (select conrelid, attnum from unvalidated) as enforced
  from pg_catalog.pg_attribute as attribute
  join pg_catalog.pg_class as class on class.oid = attribute.attrelid
  where class.relkind in ('r', 'p', 'f') and attribute.attnum > 0 and not attribute.attisdropped
),
lost as (
  select distinct heir.ancestor, inherited.attname
  from heir join enforced as inherited on inherited.attrelid = heir.oid
  where not inherited.enforced
),
fields as (
  select attribute.attrelid, jsonb_agg(jsonb_build_object(
    'number', attribute.attnum,
    'name', attribute.attname,
    'typeOid', attribute.atttypid::bigint,
    'dimensions', attribute.attndims,
    'notNull', attribute.attnotnull,
    'proved', coalesce(own.enforced, false) and lost.ancestor is null,
    'generated', case attribute.attgenerated when 's' then 'stored' when 'v' then 'virtual' end,
    'identity', case attribute.attidentity when 'a' then 'always' when 'd' then 'by default' end,
    'hasDefault', attribute.atthasdef and attribute.attgenerated = '',
    'updatable', case
      when relation.events = 0 then false
      when relation.events <> ${ALL} and (relation.relkind = 'f' or relation.instead <> 0) then true
      else pg_catalog.pg_column_is_updatable(relation.oid, attribute.attnum, true) end,
    'comment', pg_catalog.col_description(relation.oid, attribute.attnum)
  ) order by attribute.attnum) as columns
  from relation
  join pg_catalog.pg_attribute as attribute on attribute.attrelid = relation.oid
  left join enforced as own on own.attrelid = attribute.attrelid and own.attnum = attribute.attnum
  left join lost on lost.ancestor = attribute.attrelid and lost.attname = attribute.attname
  where attribute.attnum > 0 and not attribute.attisdropped
  group by attribute.attrelid
)
select coalesce(jsonb_agg(jsonb_build_object(
  'oid', relation.oid::bigint,
  'schema', relation.nspname,
  'name', relation.relname,
  'kind', case relation.relkind
    when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view' when 'm' then 'materialized view'
    else 'foreign table' end,
  'partition', relation.relispartition,
  'comment', pg_catalog.obj_description(relation.oid, 'pg_class'),
  'insertable', relation.events & ${INSERT} <> 0,
  'updatable', relation.events & ${UPDATE} <> 0,
  'deletable', relation.events & ${DELETE} <> 0,
  'instead', jsonb_build_object(
    'insertable', relation.instead & ${INSERT} <> 0,
    'updatable', relation.instead & ${UPDATE} <> 0,
    'deletable', relation.instead & ${DELETE} <> 0
  ),
  'fillsRows', exists (select from pg_catalog.pg_trigger where tgrelid = relation.oid and tgtype & ${FILLING} = ${FILLING}),
  'columns', coalesce(fields.columns, '[]')
)), '[]')::text as json
from relation
left join fields on fields.attrelid = relation.oid`

/** Inserts, updates and deletes. */
export type Writes = Pick<CatalogRelation, 'insertable' | 'updatable' | 'deletable'>

export interface RelationRow extends Writes {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: RelationKind
  readonly partition: boolean
  readonly comment: string | null
  /** What INSTEAD OF triggers or rules do in the place of PostgreSQL. */
  readonly instead: Writes
  /** Whether a trigger sees a row before it is inserted, and may put values into it. */
  readonly fillsRows: boolean
  readonly columns: readonly ColumnRow[]
}

export interface ColumnRow extends Omit<CatalogColumn, 'type' | 'nullable'> {
  /** `pg_attribute.attnum`. */
  readonly number: number
  readonly typeOid: number
  /** Whether no NULL can be read here, by what the server enforces. */
  readonly proved: boolean
}
