import type { CatalogName } from '../catalog/catalog.ts'

/** A name in SQL, whatever is in it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function relationName({ schema, name }: CatalogName): string {
  return `${identifier(schema)}.${identifier(name)}`
}
