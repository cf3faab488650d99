import { type ColumnDomainRow, columnDomainsQuery } from '../types/server-types/column-domains-query.ts'
import { type ServerTypeRow, serverTypesQuery } from '../types/server-types/server-types.ts'
import type { Catalog, CatalogKey } from './catalog.ts'
import type { ColumnKey } from './column-domains.ts'

/** What the server is asked, and what becomes of its answer. */
export interface CatalogQuestion<Row = unknown> {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** What the answer makes known. */
  readonly keys: readonly CatalogKey[]
  keep(rows: readonly Row[]): void
}

export function questionOfTypes(catalog: Catalog, oids: readonly number[]): CatalogQuestion<ServerTypeRow> {
  return { sql: serverTypesQuery, parameters: [`{${oids.join()}}`], keys: oids, keep: (rows) => catalog.addTypes(rows) }
}

export function questionOfColumns(catalog: Catalog, keys: readonly ColumnKey[]): CatalogQuestion<ColumnDomainRow> {
  const parameters = catalog.columnParameters(keys)
  return { sql: columnDomainsQuery, parameters, keys, keep: (rows) => catalog.addColumns(keys, rows) }
}

/** The question about what `Catalog.unknown` gave, which is of one kind. */
export function nextQuestion(catalog: Catalog, keys: readonly CatalogKey[]): CatalogQuestion {
  const columns = catalog.unknownColumns(keys)
  return columns.length > 0 ? questionOfColumns(catalog, columns) : questionOfTypes(catalog, catalog.unknownTypes(keys))
}
