/** The catalog's types as the driver would have read them from the server, under OIDs that are made up. */
import type { ServerTypeRow } from 'kysely-pgwire/types'

import type { CatalogType, TypeName } from '../catalog/catalog.ts'
import { typeName } from '../catalog/type-name.ts'
import type { TypeOids } from './type-oids.ts'

/** Two rows for each: the type, and its array type. */
export function serverTypeRows(types: readonly CatalogType[], oids: TypeOids): ServerTypeRow[] {
  return types.flatMap((type) => [rowOf(type, oids), arrayRowOf(type, oids)])
}

const KINDS: Readonly<Record<CatalogType['kind'], string>> = {
  base: 'b',
  composite: 'c',
  domain: 'd',
  enum: 'e',
  multirange: 'm',
  range: 'r',
}

const EMPTY = {
  array_oid: 0,
  element_oid: 0,
  base_oid: 0,
  subtype_oid: 0,
  range_oid: 0,
  delimiter: ',',
  labels: [],
  field_names: [],
  field_oids: [],
}

function rowOf(type: CatalogType, oids: TypeOids): ServerTypeRow {
  const { schema, name, kind } = type
  const own: TypeName = typeName(type)
  const row: ServerTypeRow = {
    ...EMPTY,
    schema,
    name,
    kind: KINDS[kind],
    oid: oids.of(own),
    array_oid: oids.arrayOf(own),
    sendable: true,
  }
  switch (type.kind) {
    case 'enum':
      return { ...row, labels: type.labels }
    case 'domain':
      return { ...row, base_oid: oids.of(type.base) }
    case 'composite':
      return {
        ...row,
        field_names: type.fields.map((field) => field.name),
        field_oids: type.fields.map((field) => oids.of(field.type)),
      }
    case 'range':
      return { ...row, subtype_oid: oids.of(type.subtype) }
    case 'multirange':
      return { ...row, range_oid: oids.of(type.range) }
    case 'base':
      return { ...row, sendable: type.sendable, delimiter: type.delimiter }
  }
}

function arrayRowOf(type: CatalogType, oids: TypeOids): ServerTypeRow {
  const own = typeName(type)
  return {
    ...EMPTY,
    schema: type.schema,
    name: `_${type.name}`,
    kind: 'b',
    oid: oids.arrayOf(own),
    element_oid: oids.of(own),
    sendable: type.kind !== 'base' || type.sendable,
    delimiter: type.kind === 'base' ? type.delimiter : ',',
  }
}
