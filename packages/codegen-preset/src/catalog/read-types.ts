/** The types that columns and routines are of, with all that they are made of: the rows that the driver composes codecs from. */
import { builtInCodecs, type ServerTypeRow, serverTypesQuery } from 'kysely-pgwire/types'

import type { CatalogField, CatalogType, TypeName } from './catalog.ts'
import { type AnyKysely, readJson } from './query-runner.ts'
import { typeName } from './type-name.ts'
import { ownTypesQuery, type TypeDetailsRow, typeDetailsQuery } from './types-query.ts'

/** The types of one database by OID, which is only of use while it is read. */
export interface ReadTypes {
  readonly nameOf: (oid: number) => TypeName
  /** Those that are not built in, without arrays, which are named after their elements. */
  readonly types: readonly CatalogType[]
}

export async function readTypes(db: AnyKysely, used: Iterable<number>): Promise<ReadTypes> {
  const own = await readJson<number[]>(db, ownTypesQuery)
  const rows = await readServerTypes(db, [...new Set([...own, ...used])])
  const byOid = new Map(rows.map((row) => [row.oid, row]))
  const nameOf = (oid: number): TypeName => {
    const row = byOid.get(oid)
    // Dropped in between: as PostgreSQL shows a type that is not there.
    if (row === undefined) return '"-"'
    return row.element_oid === 0 ? typeName(row) : `${nameOf(row.element_oid)}[]`
  }
  const listed = rows.filter((row) => row.element_oid === 0 && row.kind !== 'p' && !isBuiltIn(row))
  const details = await readJson<TypeDetailsRow[]>(db, typeDetailsQuery(listed.map(({ oid }) => oid)))
  const detailsOf = new Map(details.map((row) => [row.oid, row]))
  const types = listed.flatMap((row) => {
    const more = detailsOf.get(row.oid)
    return more === undefined ? [] : [catalogType(row, more, nameOf)]
  })
  return { nameOf, types }
}

const builtIn: ReadonlySet<string> = new Set(builtInCodecs.map(({ name }) => name))

/** Whether the driver knows the type without having asked. It does not know the system's tables, and types younger than itself. */
function isBuiltIn({ schema, name }: ServerTypeRow): boolean {
  return schema === 'pg_catalog' && builtIn.has(name)
}

async function readServerTypes(db: AnyKysely, oids: readonly number[]): Promise<ServerTypeRow[]> {
  const literal = `'{${oids.join()}}'`
  const query = serverTypesQuery.replace('$1', () => literal)
  const rows = await readJson<WrittenRow[]>(
    db,
    `select coalesce(jsonb_agg(to_jsonb(type)), '[]')::text as json from (${query}) as type`,
  )
  return rows.map(serverTypeRow)
}

/** JSON has OIDs as strings. */
type WrittenRow = {
  readonly [Name in keyof ServerTypeRow]: ServerTypeRow[Name] extends number
    ? string
    : ServerTypeRow[Name] extends readonly number[]
      ? readonly string[]
      : ServerTypeRow[Name]
}

function serverTypeRow(row: WrittenRow): ServerTypeRow {
  const { schema, name, kind, sendable, delimiter, labels, field_names } = row
  return {
    schema,
    name,
    kind,
    sendable,
    delimiter,
    labels,
    field_names,
    oid: Number(row.oid),
    array_oid: Number(row.array_oid),
    element_oid: Number(row.element_oid),
    base_oid: Number(row.base_oid),
    subtype_oid: Number(row.subtype_oid),
    range_oid: Number(row.range_oid),
    field_oids: row.field_oids.map(Number),
  }
}

function catalogType(row: ServerTypeRow, more: TypeDetailsRow, nameOf: (oid: number) => TypeName): CatalogType {
  const { schema, name } = row
  const { comment } = more
  switch (row.kind) {
    case 'e':
      return { schema, name, kind: 'enum', labels: row.labels, comment }
    case 'd': {
      const { dimensions, notNull, hasDefault } = more
      return { schema, name, kind: 'domain', base: nameOf(row.base_oid), dimensions, notNull, hasDefault, comment }
    }
    case 'c': {
      const fields = row.field_names.map((field, index): CatalogField => {
        const { dimensions, comment: described } = more.fields[index] ?? { dimensions: 0, comment: null }
        return { name: field, type: nameOf(row.field_oids[index]!), dimensions, comment: described }
      })
      return { schema, name, kind: 'composite', rowType: more.rowType, fields, comment }
    }
    case 'r':
      return { schema, name, kind: 'range', subtype: nameOf(row.subtype_oid), comment }
    case 'm':
      return { schema, name, kind: 'multirange', range: nameOf(row.range_oid), comment }
    default:
      return { schema, name, kind: 'base', sendable: row.sendable, delimiter: row.delimiter, comment }
  }
}
