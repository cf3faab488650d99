/**
 * Looks up the types with the OIDs in `$1`, an `oid[]` (its text is '{16385,16390}'), and all that they are made of: an
 * array's element, a domain's base type, a composite's columns, a range's subtype, a multirange's range. One query for
 * all of them, of columns whose types need no look-up.
 *
 * Built-in types among the parts come along. They cost a few hundred bytes, once; to leave them out would take a list of
 * what is known, and a server that is newer than this list has types which are not on it. No type has the whole catalog
 * for its parts: `typelem` alone, which point and name have too, makes no array.
 *
 * `offset 0` and the detours through `array(…)` are for the planner, which would have ten OIDs lead to thousands of types,
 * read pg_type as a whole for them, and compile the query on the way: with them it expects ten, probes an index for each,
 * and stays at a tenth of the cost from which on it compiles: 0.3 ms instead of 5 in a catalog of 10,000 types.
 *
 * Names and operators are qualified, because a search_path may put others in front of the system's.
 */
export const serverTypesQuery: string = `
with recursive wanted (oid) as (
  select pg_catalog.unnest(array(select pg_catalog.unnest($1::pg_catalog.oid[])))
  union
  select part.oid
  from wanted
  cross join lateral (
    select oid, typelem, typbasetype, typrelid
    from pg_catalog.pg_type
    where oid operator(pg_catalog.=) wanted.oid
    offset 0
  ) as whole
  cross join lateral (
    select element.oid
    from pg_catalog.pg_type as element
    where element.oid operator(pg_catalog.=) whole.typelem and element.typarray operator(pg_catalog.=) whole.oid
    union all
    select whole.typbasetype where whole.typbasetype operator(pg_catalog.<>) 0::pg_catalog.oid
    union all
    select field.atttypid
    from pg_catalog.pg_attribute as field
    where field.attrelid operator(pg_catalog.=) whole.typrelid
      and field.attnum operator(pg_catalog.>) 0 and not field.attisdropped
    union all
    select subtype.rngsubtype
    from pg_catalog.pg_range as subtype
    where subtype.rngtypid operator(pg_catalog.=) whole.oid
    union all
    select range.rngtypid
    from pg_catalog.pg_range as range
    where range.rngmultitypid operator(pg_catalog.=) whole.oid
  ) as part (oid)
)
select
  type.oid as oid,
  namespace.nspname as schema,
  type.typname as name,
  type.typtype as kind,
  type.typsend::pg_catalog.oid operator(pg_catalog.<>) 0::pg_catalog.oid as sendable,
  type.typarray as array_oid,
  coalesce(element.oid, 0::pg_catalog.oid) as element_oid,
  type.typbasetype as base_oid,
  coalesce(range.rngsubtype, 0::pg_catalog.oid) as subtype_oid,
  coalesce(multirange.rngtypid, 0::pg_catalog.oid) as range_oid,
  type.typdelim as delimiter,
  array(
    select label.enumlabel::pg_catalog.text
    from pg_catalog.pg_enum as label
    where label.enumtypid operator(pg_catalog.=) type.oid
    order by label.enumsortorder
  ) as labels,
  array(
    select field.attname::pg_catalog.text
    from pg_catalog.pg_attribute as field
    where field.attrelid operator(pg_catalog.=) type.typrelid
      and field.attnum operator(pg_catalog.>) 0 and not field.attisdropped
    order by field.attnum
  ) as field_names,
  array(
    select field.atttypid
    from pg_catalog.pg_attribute as field
    where field.attrelid operator(pg_catalog.=) type.typrelid
      and field.attnum operator(pg_catalog.>) 0 and not field.attisdropped
    order by field.attnum
  ) as field_oids
from pg_catalog.unnest(array(select wanted.oid from wanted)) as found (oid)
join pg_catalog.pg_type as type on type.oid operator(pg_catalog.=) found.oid
join pg_catalog.pg_namespace as namespace on namespace.oid operator(pg_catalog.=) type.typnamespace
left join pg_catalog.pg_type as element
  on element.oid operator(pg_catalog.=) type.typelem and element.typarray operator(pg_catalog.=) type.oid
left join pg_catalog.pg_range as range on range.rngtypid operator(pg_catalog.=) type.oid
left join pg_catalog.pg_range as multirange on multirange.rngmultitypid operator(pg_catalog.=) type.oid`

/** A row of {@link serverTypesQuery}. */
export interface ServerTypeRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** `pg_type.typtype`: 'b' base, 'c' composite, 'd' domain, 'e' enum, 'm' multirange, 'p' pseudo, 'r' range. */
  readonly kind: string
  /** Whether values can be sent in binary. */
  readonly sendable: boolean
  /** 0 when the type has no array type. */
  readonly array_oid: number
  /** 0 unless this is the array type of another. */
  readonly element_oid: number
  /** 0 unless this is a domain. */
  readonly base_oid: number
  /** 0 unless this is a range. */
  readonly subtype_oid: number
  /** 0 unless this is a multirange. */
  readonly range_oid: number
  readonly delimiter: string
  /** An enum's labels in their order. */
  readonly labels: readonly string[]
  /** The columns of a composite or of a table, without those dropped. */
  readonly field_names: readonly string[]
  readonly field_oids: readonly number[]
}
