import { NOT_SYSTEM } from './relations-query.ts'

/** The user's own enums, domains, composites and ranges, whether or not a column is of them; not those of extensions. */
export const ownTypesQuery: string = `
select coalesce(jsonb_agg(type.oid::bigint), '[]')::text as json
from pg_catalog.pg_type as type
join pg_catalog.pg_namespace as namespace on namespace.oid = type.typnamespace
left join pg_catalog.pg_class as relation on relation.oid = type.typrelid
where ${NOT_SYSTEM} and type.typtype in ('e', 'd', 'c', 'r', 'm') and coalesce(relation.relkind = 'c', true)
  and not exists (
    select from pg_catalog.pg_depend
    where classid = 'pg_catalog.pg_type'::pg_catalog.regclass and objid = type.oid and deptype = 'e'
  )`

/**
 * What `serverTypesQuery` of the driver does not ask for, of the types with these OIDs. A domain has NOT NULL and a default also by
 * those that it is based on.
 */
export function typeDetailsQuery(oids: readonly number[]): string {
  return `
with recursive chain (oid, link) as (
  select oid, oid from pg_catalog.unnest('{${oids.join()}}'::pg_catalog.oid[]) as wanted (oid)
  union all
  select chain.oid, type.typbasetype
  from chain join pg_catalog.pg_type as type on type.oid = chain.link
  where type.typbasetype <> 0
)
select coalesce(jsonb_agg(jsonb_build_object(
  'oid', type.oid::bigint,
  'dimensions', type.typndims,
  'notNull', links.not_null,
  'hasDefault', links.has_default,
  'rowType', coalesce(relation.relkind <> 'c', false),
  'comment', pg_catalog.obj_description(type.oid, 'pg_type'),
  'fields', coalesce((
    select jsonb_agg(jsonb_build_object(
      'dimensions', field.attndims,
      'comment', pg_catalog.col_description(relation.oid, field.attnum)
    ) order by field.attnum)
    from pg_catalog.pg_attribute as field
    where field.attrelid = relation.oid and field.attnum > 0 and not field.attisdropped
  ), '[]')
)), '[]')::text as json
from (
  select chain.oid, bool_or(link.typnotnull) as not_null, bool_or(link.typdefault is not null) as has_default
  from chain join pg_catalog.pg_type as link on link.oid = chain.link
  group by chain.oid
) as links
join pg_catalog.pg_type as type on type.oid = links.oid
left join pg_catalog.pg_class as relation on relation.oid = type.typrelid`
}

export interface TypeDetailsRow {
  readonly oid: number
  readonly dimensions: number
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly rowType: boolean
  readonly comment: string | null
  readonly fields: readonly { readonly dimensions: number; readonly comment: string | null }[]
}
