import { type AnyKysely, readJson } from '../catalog/query-runner.ts'

/** The system tables that a catalog is read from. Each change of a row gives it another `xmin`. */
const TABLES = (
  'pg_attrdef pg_attribute pg_class pg_constraint pg_description pg_enum pg_index pg_inherits pg_namespace pg_proc pg_range ' +
  'pg_rewrite pg_trigger pg_type'
).split(' ')

const fingerprintQuery = `select pg_catalog.concat_ws(' ', ${TABLES.map(
  (table) => `(select pg_catalog.concat(count(*), '/', sum(xmin::text::pg_catalog.int8)) from pg_catalog.${table})`,
).join(', ')})`

/** A text that is another one after every change of the schema, and asks for far less than the catalog. */
export async function schemaFingerprint(db: AnyKysely): Promise<string> {
  return readJson<string>(db, `select pg_catalog.to_json((${fingerprintQuery}))::text as json`)
}
