import { NOT_SYSTEM } from './relations-query.ts'

/** The names of the columns with the numbers in `key`, in its order, as JSON. */
function named(relation: string, key: string): string {
  return `(
    select jsonb_agg(attribute.attname order by place.at)
    from pg_catalog.unnest(${key}) with ordinality as place (attnum, at)
    join pg_catalog.pg_attribute as attribute on attribute.attrelid = ${relation} and attribute.attnum = place.attnum
  )`
}

/**
 * Primary, unique and foreign keys, but not those that the server makes beside a foreign key to a partitioned table, one for each
 * of its partitions; with the names of their columns in the keys' order. A foreign key with PERIOD (since 18) is none: what it refers to is
 * no row with the same values, but rows that cover them.
 */
export const keysQuery: string = `
select coalesce(jsonb_agg(jsonb_build_object(
  'relationOid', constrained.conrelid::bigint,
  'name', constrained.conname,
  'kind', constrained.contype,
  'columns', ${named('constrained.conrelid', 'constrained.conkey')},
  -- Since 15; without it the column is missing, and no index has it.
  'nullsNotDistinct', coalesce((to_jsonb(index) ->> 'indnullsnotdistinct')::boolean, false),
  'references', case when constrained.contype = 'f' then jsonb_build_object(
    'schema', target_namespace.nspname,
    'name', target.relname,
    'columns', ${named('constrained.confrelid', 'constrained.confkey')}
  ) end
)), '[]')::text as json
from pg_catalog.pg_constraint as constrained
join pg_catalog.pg_class as relation on relation.oid = constrained.conrelid
join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
left join pg_catalog.pg_index as index on index.indexrelid = constrained.conindid and constrained.contype <> 'f'
left join pg_catalog.pg_class as target on target.oid = constrained.confrelid
left join pg_catalog.pg_namespace as target_namespace on target_namespace.oid = target.relnamespace
where constrained.contype in ('p', 'u', 'f') and ${NOT_SYSTEM}
  and not (constrained.contype = 'f' and coalesce((to_jsonb(constrained) ->> 'conperiod')::boolean, false))
  and not exists (
    select from pg_catalog.pg_constraint as whole
    where whole.oid = constrained.conparentid and whole.conrelid = constrained.conrelid
  )`

export interface KeyRow {
  readonly relationOid: number
  readonly name: string
  /** Primary, unique, foreign. */
  readonly kind: 'p' | 'u' | 'f'
  readonly columns: readonly string[]
  readonly nullsNotDistinct: boolean
  readonly references: { readonly schema: string; readonly name: string; readonly columns: readonly string[] } | null
}
