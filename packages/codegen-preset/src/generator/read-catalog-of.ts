import type { Catalog } from '../catalog/catalog.ts'
import type { AnyKysely } from '../catalog/query-runner.ts'
import { readCatalog } from '../catalog/read-catalog.ts'

/** What Kysely's `Migrator` keeps for itself, under its default names. */
const MIGRATOR_TABLES: ReadonlySet<string> = new Set(['kysely_migration', 'kysely_migration_lock'])

/** The catalog without the migrator's own tables: as in Kysely's introspection, they are no part of the application. */
export async function readCatalogOf(db: AnyKysely): Promise<Catalog> {
  const catalog = await readCatalog(db)
  return { ...catalog, relations: catalog.relations.filter(({ name }) => !MIGRATOR_TABLES.has(name)) }
}
