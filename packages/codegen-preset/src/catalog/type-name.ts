import type { CatalogName, TypeName } from './catalog.ts'

const PLAIN = /^[a-z_][a-z0-9_$]*$/

/** Writes the name of a type. See {@link TypeName}. */
export function typeName({ schema, name }: CatalogName, array = false): TypeName {
  const written = schema === 'pg_catalog' ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
  return array ? `${written}[]` : written
}

/** The type whose arrays a type is; null for one that is no array. */
export function elementOf(type: TypeName): TypeName | null {
  return type.endsWith('[]') ? type.slice(0, -2) : null
}

/** An identifier, in quotes where it would be another without them, or could be taken for more than one. */
export function quoted(identifier: string): string {
  return PLAIN.test(identifier) ? identifier : `"${identifier.replaceAll('"', '""')}"`
}
