import type { CatalogRelation } from '../catalog/catalog.ts'
import type { ModelKeys } from './model.ts'
import type { Naming } from './naming.ts'

export function modelKeys({ primaryKey, uniqueKeys, foreignKeys }: CatalogRelation, naming: Naming): ModelKeys {
  const named = (columns: readonly string[]): string[] => columns.map((column) => naming.property(column))
  return {
    primary: primaryKey === null ? null : named(primaryKey.columns),
    unique: uniqueKeys.map(({ columns }) => named(columns)),
    foreign: foreignKeys.map(({ columns, references }) => ({
      columns: named(columns),
      references: {
        schema: naming.property(references.schema),
        table: naming.property(references.name),
        columns: named(references.columns),
      },
    })),
  }
}
