import type { CatalogName } from '../catalog/catalog.ts'

/** What may be decided about the file, besides the profile. */
export interface ModelOptions {
  /** The schemas whose names stand without their schema in `DB`. Default `['public']`. */
  readonly defaultSchemas?: readonly string[] | undefined
  /** Which relations are taken. Default: all. */
  readonly includes?: ((relation: CatalogName) => boolean) | undefined
  /** Whether partitions have interfaces of their own. Default false: what is in them is in the partitioned table, too. */
  readonly partitions?: boolean | undefined
  /** Names as Kysely's `CamelCasePlugin` gives them with its defaults. Default false. */
  readonly camelCase?: boolean | undefined
  /** The name of a row's interface from that of its table, `User` from `Users`. Default: the same. */
  readonly singular?: ((name: string) => string) | undefined
  /**
   * Types of columns, by `table.column` or `schema.table.column`, as source text. They may narrow what the driver returns. A name with a dot
   * in it stands in quotes where something else could be meant.
   */
  readonly columns?: Readonly<Record<string, string>> | undefined
  /** Primary keys of one column get a type of their own each, and so do the foreign keys that point to them. Default false. */
  readonly brandedIds?: boolean | undefined
  /** The types of functions and procedures. Default false. */
  readonly routines?: boolean | undefined
  /** Domains get a type of their own each, which a plain value of the base type is not. Default false. */
  readonly brandedDomains?: boolean | undefined
  /** Further names that nothing of the database may have: those that are imported. */
  readonly reserved?: Iterable<string> | undefined
}
