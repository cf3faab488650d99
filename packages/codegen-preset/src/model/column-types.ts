import { builtInCodecs, extensionCodecs, type PgTypes } from 'kysely-pgwire/types'

import type { CatalogType, TypeName } from '../catalog/catalog.ts'
import { typeName } from '../catalog/type-name.ts'
import type { ColumnTypeAlias } from './model.ts'
import { type Names, typeIdentifier } from './names.ts'
import type { TypeText } from './type-texts.ts'

/**
 * Names for types whose values are written otherwise than they are read: `Int8` for `ColumnType<string, string | number | bigint>`.
 * They are the same in every file of a profile, whichever of them it needs.
 */
export class ColumnTypes {
  readonly #names = new Map<TypeName, string>()
  readonly #used = new Map<TypeName, ColumnTypeAlias>()

  constructor(types: PgTypes, ownTypes: readonly CatalogType[], names: Names) {
    for (const { oid, name } of builtInCodecs) {
      const text = types.codecFor(oid)?.typescript
      if (text === undefined || !needsAlias(text)) continue
      this.#names.set(typeName({ schema: 'pg_catalog', name }), aliasOf(name, names))
    }
    for (const { name, typescript } of extensionCodecs) {
      if (!needsAlias(typescript)) continue
      const alias = aliasOf(name, names)
      const type = ownTypes.find((each) => each.kind === 'base' && each.name === name)
      if (type !== undefined) this.#names.set(typeName(type), alias)
    }
  }

  /** The name for the two types of `type`; undefined for one that has none. */
  use(type: TypeName, text: TypeText): string | undefined {
    const name = this.#names.get(type)
    if (name === undefined || !needsAlias(text)) return undefined
    this.#used.set(type, { name, select: text.select, insert: text.insert })
    return name
  }

  /** Those that were used. */
  get used(): readonly ColumnTypeAlias[] {
    return [...this.#used.values()]
  }
}

function aliasOf(name: string, names: Names): string {
  const identifier = typeIdentifier(name)
  return names.take(identifier, `${identifier}Column`)
}

function needsAlias({ select, insert }: TypeText): boolean {
  return select !== insert && insert !== 'never' && !select.endsWith('[]')
}
