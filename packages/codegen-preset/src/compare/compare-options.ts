import type { CatalogName } from '../catalog/catalog.ts'

/** What decides which changes the generated file shows. Each is as for generating. */
export interface CompareOptions {
  /** Which relations are taken. Default: all. */
  readonly includes?: ((relation: CatalogName) => boolean) | undefined
  /** Whether partitions are. Default false. */
  readonly partitions?: boolean | undefined
  /** Whether the keys are in the file. Default false. */
  readonly keys?: boolean | undefined
  /** Whether types come from keys. Default false. */
  readonly brandedIds?: boolean | undefined
  /** Whether functions and procedures are in the file. Default false. */
  readonly routines?: boolean | undefined
  /** What the two catalogs are called. Default: the snapshot, and the database. */
  readonly before?: string | undefined
  readonly after?: string | undefined
}
