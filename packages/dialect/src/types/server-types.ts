import { arrayOf } from './array-of.ts'
import type { Codec } from './codec.ts'
import { domainOf } from './domain-of.ts'
import { enumOf } from './enum-of.ts'
import type { PgTypes } from './profile.ts'
import { asText } from './text-fallback.ts'

/**
 * Looks up the types with the OIDs in `$1`, an `oid[]` (its text is '{16385,16390}'), and all that they are made of: an
 * array's element, a domain's base type. One query for all of them, of columns whose types need no look-up.
 *
 * Names and operators are qualified, because a search_path may put others in front of the system's.
 */
export const serverTypesQuery: string = `
with recursive wanted (oid) as (
  select pg_catalog.unnest($1::pg_catalog.oid[])
  union
  select part.oid
  from wanted
  join pg_catalog.pg_type as whole on whole.oid operator(pg_catalog.=) wanted.oid
  cross join lateral (values (whole.typelem), (whole.typbasetype)) as part (oid)
  where part.oid operator(pg_catalog.<>) 0::pg_catalog.oid
)
select
  type.oid as oid,
  type.typname as name,
  type.typtype as kind,
  type.typarray as array_oid,
  coalesce(element.oid, 0::pg_catalog.oid) as element_oid,
  type.typbasetype as base_oid,
  type.typdelim as delimiter,
  array(
    select label.enumlabel::pg_catalog.text
    from pg_catalog.pg_enum as label
    where label.enumtypid operator(pg_catalog.=) type.oid
    order by label.enumsortorder
  ) as labels
from wanted
join pg_catalog.pg_type as type on type.oid operator(pg_catalog.=) wanted.oid
left join pg_catalog.pg_type as element
  on element.oid operator(pg_catalog.=) type.typelem and element.typarray operator(pg_catalog.=) type.oid`

/** A row of {@link serverTypesQuery}. */
export interface ServerTypeRow {
  readonly oid: number
  readonly name: string
  /** `pg_type.typtype`: 'b' base, 'c' composite, 'd' domain, 'e' enum, 'm' multirange, 'p' pseudo, 'r' range. */
  readonly kind: string
  /** 0 when the type has no array type. */
  readonly array_oid: number
  /** 0 unless this is the array type of another. */
  readonly element_oid: number
  /** 0 unless this is a domain. */
  readonly base_oid: number
  readonly delimiter: string
  /** An enum's labels in their order. */
  readonly labels: readonly string[]
}

/**
 * The codecs of the types in `rows`, by OID: enums, domains as their base types, arrays of anything, and text for the
 * rest. What `known` has a codec for keeps it. A type that was dropped meanwhile has no row and gets no codec.
 */
export function codecsFromRows(rows: readonly ServerTypeRow[], known: PgTypes): Map<number, Codec> {
  const rowsByOid = new Map(rows.map((row) => [row.oid, row]))
  const codecs = new Map<number, Codec>()

  const resolve = (oid: number): Codec => {
    const found = known.codecFor(oid) ?? codecs.get(oid)
    if (found !== undefined) return found
    const row = rowsByOid.get(oid)
    if (row === undefined) return asText(String(oid), oid)
    // Taken for text while it is being resolved: a type that leads back to itself ends here.
    codecs.set(oid, textCodec(row))
    const codec = codecFromRow(row, known.codecNamed(row.name), resolve)
    codecs.set(oid, codec)
    return codec
  }

  for (const { oid } of rows) resolve(oid)
  return codecs
}

function codecFromRow(row: ServerTypeRow, named: Codec | undefined, resolve: (oid: number) => Codec): Codec {
  const { oid, name, array_oid: arrayOid, element_oid: elementOid, base_oid: baseOid, delimiter } = row
  if (named !== undefined) return { ...named, oid, arrayOid, delimiter }
  if (elementOid !== 0) return { ...arrayOf(resolve(elementOid), name), oid }
  if (row.kind === 'd' && baseOid !== 0) return domainOf(name, oid, arrayOid, resolve(baseOid))
  if (row.kind === 'e') return enumOf(name, oid, arrayOid, row.labels)
  return textCodec(row)
}

function textCodec(row: ServerTypeRow): Codec {
  return asText(row.name, row.oid, { arrayOid: row.array_oid, delimiter: row.delimiter })
}
