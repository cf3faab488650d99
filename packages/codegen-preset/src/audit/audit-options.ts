import type { PgTypes } from 'kysely-pgwire/types'

import type { CatalogName } from '../catalog/catalog.ts'

/** Says whether a value is of the type that was chosen for its column. One that throws says no. */
export type Validator = (value: unknown) => boolean | Promise<boolean>

export interface AuditOptions {
  /** The profile of the application's dialect. Default: that of a dialect without one. */
  readonly types?: PgTypes | undefined
  /** Which relations are taken. Default: all. */
  readonly includes?: ((relation: CatalogName) => boolean) | undefined
  /** Whether partitions are on their own, too. Default false: their rows are also those of the partitioned table. */
  readonly partitions?: boolean | undefined
  /** Types chosen for columns, by `table.column` or `schema.table.column`. */
  readonly columns?: Readonly<Record<string, string>> | undefined
  /** Whether foreign keys take over the types of what they point to. Default false. */
  readonly brandedIds?: boolean | undefined
  /** Whether domains have types of their own. Default false. */
  readonly brandedDomains?: boolean | undefined
  /**
   * By `table.column` or `schema.table.column`, what says of each value in the column whether it is as its type says. It gets what the
   * driver makes of the value; NULLs are left out. Who is asked, and what it answers, is nowhere shown.
   */
  readonly validators?: Readonly<Record<string, Validator>> | undefined
  /** How many rows of each relation are looked at, the first that the server gives. Default: all. */
  readonly rows?: number | undefined
  /** How long one statement may take, in milliseconds. There is one for each relation. Default 60 000. */
  readonly statementTimeoutMs?: number | undefined
}
