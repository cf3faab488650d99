/**
 * What a database says about itself, as plain JSON: sorted by code units, without OIDs, and so the same bytes for every
 * locale, and after a dump and a restore. It is what types are generated from, and what `verify` compares.
 */

/** Changes with the shape of {@link Catalog}. */
export const CATALOG_FORMAT = 1

export interface Catalog {
  readonly format: typeof CATALOG_FORMAT
  /** The server's major version. */
  readonly serverVersion: number
  /** By schema and name. */
  readonly relations: readonly CatalogRelation[]
  /** The types that a user has made or an extension has brought, and that something here is of; by schema and name. */
  readonly types: readonly CatalogType[]
  /** Functions and procedures; by schema, name and arguments. */
  readonly routines: readonly CatalogRoutine[]
}

/**
 * A type's name as `typeName` writes it: without its schema for those of `pg_catalog`, quoted where PostgreSQL would have to
 * quote it, and with `[]` behind it for the array type of what stands in front of it. `int4`, `public.mood[]`.
 */
export type TypeName = string

export interface CatalogName {
  readonly schema: string
  readonly name: string
}

export type RelationKind = 'table' | 'partitioned table' | 'view' | 'materialized view' | 'foreign table'

export interface CatalogRelation extends CatalogName {
  readonly kind: RelationKind
  /** Whether it is a partition of another table. */
  readonly partition: boolean
  readonly comment: string | null
  /** Whether rows can be inserted, updated and deleted, by PostgreSQL's own judgement. */
  readonly insertable: boolean
  readonly updatable: boolean
  readonly deletable: boolean
  /** In the table's order. */
  readonly columns: readonly CatalogColumn[]
  readonly primaryKey: CatalogKey | null
  /** By name. */
  readonly uniqueKeys: readonly CatalogUniqueKey[]
  /** By name. */
  readonly foreignKeys: readonly CatalogForeignKey[]
}

export interface CatalogColumn {
  readonly name: string
  readonly type: TypeName
  /** `attndims`: the dimensions that were declared for an array. 0 where nothing is known, as for a view's expressions. */
  readonly dimensions: number
  /** Whether the server refuses NULL here; for what is written. Of a domain's NOT NULL this says nothing. */
  readonly notNull: boolean
  /** Whether a NULL can be read here, as far as can be told; false only where it is proved that it cannot. */
  readonly nullable: boolean
  readonly generated: 'stored' | 'virtual' | null
  readonly identity: 'always' | 'by default' | null
  /** Whether the column itself has a default; a domain's is the domain's. */
  readonly hasDefault: boolean
  /** Whether the column can be written; a view's may be an expression. */
  readonly updatable: boolean
  readonly comment: string | null
}

export interface CatalogKey {
  readonly name: string
  readonly columns: readonly string[]
}

export interface CatalogUniqueKey extends CatalogKey {
  readonly nullsNotDistinct: boolean
}

export interface CatalogForeignKey extends CatalogKey {
  readonly references: CatalogName & { readonly columns: readonly string[] }
}

export type CatalogType =
  | CatalogEnum
  | CatalogDomain
  | CatalogComposite
  | CatalogRange
  | CatalogMultirange
  | CatalogBaseType

interface CatalogTypeCommon extends CatalogName {
  readonly comment: string | null
}

export interface CatalogEnum extends CatalogTypeCommon {
  readonly kind: 'enum'
  /** In the database's order. */
  readonly labels: readonly string[]
}

export interface CatalogDomain extends CatalogTypeCommon {
  readonly kind: 'domain'
  readonly base: TypeName
  /** `typndims`. */
  readonly dimensions: number
  /** Whether the server refuses NULL for a column of it, by its own NOT NULL or by that of a domain below. */
  readonly notNull: boolean
  /** Whether it has a default, of its own or of a domain below. */
  readonly hasDefault: boolean
}

export interface CatalogComposite extends CatalogTypeCommon {
  readonly kind: 'composite'
  /** Whether it is the row type of a relation. */
  readonly rowType: boolean
  readonly fields: readonly CatalogField[]
}

export interface CatalogField {
  readonly name: string
  readonly type: TypeName
  readonly dimensions: number
  readonly comment: string | null
}

export interface CatalogRange extends CatalogTypeCommon {
  readonly kind: 'range'
  readonly subtype: TypeName
}

export interface CatalogMultirange extends CatalogTypeCommon {
  readonly kind: 'multirange'
  readonly range: TypeName
}

/** A type of an extension, or one whose input and output are somebody's own functions. */
export interface CatalogBaseType extends CatalogTypeCommon {
  readonly kind: 'base'
  /** Whether it can be sent in binary. */
  readonly sendable: boolean
  /** What stands between the elements of its arrays in text. */
  readonly delimiter: string
}

export interface CatalogRoutine extends CatalogName {
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window function'
  readonly arguments: readonly CatalogArgument[]
  /** What a call gives: a type, or the columns of its table or its OUT arguments. Null for a procedure without any. */
  readonly returns: TypeName | null
  readonly returnsSet: boolean
  /** Whether it gives NULL for any NULL among its arguments, without being called. */
  readonly strict: boolean
  readonly comment: string | null
}

export interface CatalogArgument {
  /** Empty where it has none. */
  readonly name: string
  readonly type: TypeName
  readonly mode: 'in' | 'out' | 'inout' | 'variadic' | 'table'
  readonly hasDefault: boolean
}
