/**
 * Which of the columns `$2`, an `int2[]`, of the tables `$1`, an `oid[]`, are of a domain with a name in `$3`, a `text[]`
 * of type names or of schemas and names with a dot between them. RowDescription does not say: it has a domain's base type.
 * Of domains over domains, the outermost with such a name. No row for any other column.
 *
 * Names and operators are qualified, because a search_path may put others in front of the system's.
 */
export const columnDomainsQuery: string = `
with recursive layer (table_oid, column_number, depth, type_oid) as (
  select field.attrelid, field.attnum, 0, field.atttypid
  from rows from (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.int2[]))
    as asked (table_oid, column_number)
  join pg_catalog.pg_attribute as field
    on field.attrelid operator(pg_catalog.=) asked.table_oid and field.attnum operator(pg_catalog.=) asked.column_number
  union all
  select layer.table_oid, layer.column_number, layer.depth operator(pg_catalog.+) 1, outer_type.typbasetype
  from layer
  join pg_catalog.pg_type as outer_type on outer_type.oid operator(pg_catalog.=) layer.type_oid
  where outer_type.typtype operator(pg_catalog.=) 'd'
)
select distinct on (layer.table_oid, layer.column_number)
  layer.table_oid as table_oid,
  layer.column_number as column_number,
  type.oid as domain_oid
from layer
join pg_catalog.pg_type as type on type.oid operator(pg_catalog.=) layer.type_oid
join pg_catalog.pg_namespace as namespace on namespace.oid operator(pg_catalog.=) type.typnamespace
where type.typtype operator(pg_catalog.=) 'd'
  and (
    type.typname::pg_catalog.text operator(pg_catalog.=) any ($3::pg_catalog.text[])
    or pg_catalog.concat(namespace.nspname, '.', type.typname) operator(pg_catalog.=) any ($3::pg_catalog.text[])
  )
order by layer.table_oid, layer.column_number, layer.depth`

/** A row of {@link columnDomainsQuery}. */
export interface ColumnDomainRow {
  readonly table_oid: number
  readonly column_number: number
  readonly domain_oid: number
}
