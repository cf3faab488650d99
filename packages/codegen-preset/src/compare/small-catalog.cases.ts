/** A catalog with one of everything, and parts of it for other ones. */
import type { Catalog, CatalogColumn, CatalogRelation, CatalogRoutine, CatalogType } from '../catalog/catalog.ts'

export function column(name: string, type: string, more: Partial<CatalogColumn> = {}): CatalogColumn {
  const plain = { dimensions: 0, notNull: true, nullable: false, generated: null, identity: null, hasDefault: false }
  return { name, type, ...plain, updatable: true, comment: null, ...more }
}

export function table(name: string, columns: readonly CatalogColumn[], more: Partial<CatalogRelation> = {}): CatalogRelation {
  const keys = { primaryKey: null, uniqueKeys: [], foreignKeys: [] }
  const writable = { insertable: true, updatable: true, deletable: true }
  return { schema: 'public', name, kind: 'table', partition: false, comment: null, ...writable, columns, ...keys, ...more }
}

export const users: CatalogRelation = table('users', [
  column('id', 'int8', { identity: 'always' }),
  column('email', 'text'),
  column('age', 'int4'),
])

export const mood: CatalogType = { schema: 'public', name: 'mood', kind: 'enum', labels: ['sad', 'ok', 'happy'], comment: null }

export const addr: CatalogType = {
  schema: 'public',
  name: 'addr',
  kind: 'composite',
  rowType: false,
  fields: [
    { name: 'street', type: 'text', dimensions: 0, comment: null },
    { name: 'zip', type: 'text', dimensions: 0, comment: null },
  ],
  comment: null,
}

export const routine: CatalogRoutine = {
  schema: 'public',
  name: 'f',
  kind: 'function',
  arguments: [{ name: 'a', type: 'int4', mode: 'in', hasDefault: false }],
  returns: 'text',
  returnsSet: false,
  strict: false,
  comment: null,
}

export const small: Catalog = {
  format: 1,
  serverVersion: 17,
  relations: [users],
  types: [addr, mood],
  routines: [routine],
}

/** The small catalog with another `users`. */
export function withUsers(more: Partial<CatalogRelation>): Catalog {
  return { ...small, relations: [{ ...users, ...more }] }
}

/** The small catalog with another column `age`, the last one. */
export function withAge(more: Partial<CatalogColumn>): Catalog {
  return withUsers({ columns: users.columns.toSpliced(2, 1, { ...users.columns[2]!, ...more }) })
}
