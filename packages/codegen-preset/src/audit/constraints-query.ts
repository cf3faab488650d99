/** Constraints that the server does not vouch for: NOT VALID ones, and from 18 on those that are NOT ENFORCED. */
export const constraintsQuery: string = `
select coalesce(jsonb_agg(jsonb_build_object(
  'schema', namespace.nspname,
  'relation', relation.relname,
  'domain', domain.typname,
  'name', constrained.conname,
  'kind', constrained.contype,
  'enforced', enforcement.enforced,
  'expression', case constrained.contype when 'c'
    then pg_catalog.pg_get_expr(constrained.conbin, constrained.conrelid) end,
  -- Since 18: of times, which are compared otherwise.
  'period', coalesce((to_jsonb(constrained) ->> 'conperiod')::boolean, false),
  'full', constrained.confmatchtype = 'f',
  -- A foreign key, and a CHECK with NO INHERIT, says nothing of rows of tables that inherit; those of partitions are the table's own.
  'ownRows', relation.relkind = 'r' and relation.relhassubclass
    and (constrained.contype = 'f' or constrained.connoinherit),
  'targetRows', target.relkind = 'r',
  'targetSchema', target_namespace.nspname,
  'target', target.relname,
  'pairs', (
    select jsonb_agg(jsonb_build_object(
      'column', own.attname, 'targetColumn', other.attname,
      'operatorSchema', operator_namespace.nspname, 'operator', operator.oprname
    ) order by pair.at)
    -- Several arrays at once are a form of the language, and no function of a schema.
    from unnest(constrained.conkey, constrained.confkey, constrained.conpfeqop)
      with ordinality as pair (own, other, operator, at)
    join pg_catalog.pg_attribute as own on own.attrelid = constrained.conrelid and own.attnum = pair.own
    join pg_catalog.pg_attribute as other on other.attrelid = constrained.confrelid and other.attnum = pair.other
    join pg_catalog.pg_operator as operator on operator.oid = pair.operator
    join pg_catalog.pg_namespace as operator_namespace on operator_namespace.oid = operator.oprnamespace
  )
) order by constrained.conname collate "C"), '[]')::text as json
from pg_catalog.pg_constraint as constrained
cross join lateral (
  select coalesce((to_jsonb(constrained) ->> 'conenforced')::boolean, true) as enforced
) as enforcement
left join pg_catalog.pg_class as relation on relation.oid = constrained.conrelid
left join pg_catalog.pg_type as domain on domain.oid = constrained.contypid
join pg_catalog.pg_namespace as namespace on namespace.oid = coalesce(relation.relnamespace, domain.typnamespace)
left join pg_catalog.pg_class as target on target.oid = constrained.confrelid
left join pg_catalog.pg_namespace as target_namespace on target_namespace.oid = target.relnamespace
where constrained.contype in ('c', 'f') and (not constrained.convalidated or not enforcement.enforced)`

export interface ConstraintRow {
  readonly schema: string
  /** Null for a domain's. */
  readonly relation: string | null
  readonly domain: string | null
  readonly name: string
  /** CHECK, or a foreign key. */
  readonly kind: 'c' | 'f'
  /** Whether what is written from now on has to satisfy it. */
  readonly enforced: boolean
  readonly expression: string | null
  readonly period: boolean
  /** MATCH FULL. */
  readonly full: boolean
  /** Whether it is of the table's own rows only, and not of those of tables that inherit from it. */
  readonly ownRows: boolean | null
  /** Whether only rows of the target itself count. */
  readonly targetRows: boolean | null
  readonly targetSchema: string | null
  readonly target: string | null
  readonly pairs: readonly KeyPair[] | null
}

export interface KeyPair {
  readonly column: string
  readonly targetColumn: string
  readonly operatorSchema: string
  readonly operator: string
}
