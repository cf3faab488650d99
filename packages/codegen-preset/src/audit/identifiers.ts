import type { CatalogName } from '../catalog/catalog.ts'

/** A name in SQL, whatever is in it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function relationName({ schema, name }: CatalogName): string {
  return `${identifier(schema)}.${identifier(name)}`
}

/** A text in SQL, whatever is in it and however the server is set to read strings. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
