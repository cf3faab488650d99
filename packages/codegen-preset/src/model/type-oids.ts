import { builtInCodecs } from 'kysely-pgwire/types'

import type { CatalogType, TypeName } from '../catalog/catalog.ts'
import { typeName } from '../catalog/type-name.ts'

/** Above those of `initdb`, which built-in types have. */
const FIRST_OWN_OID = 1_000_000

/** OIDs for the types of a catalog, which has none: those of the server for built-in types, invented ones for all others. */
export class TypeOids {
  readonly #oids = new Map<TypeName, number>()
  #next = FIRST_OWN_OID

  constructor(types: readonly CatalogType[]) {
    for (const { name, oid, arrayOid } of builtInCodecs) {
      this.#oids.set(typeName({ schema: 'pg_catalog', name }), oid)
      this.#oids.set(typeName({ schema: 'pg_catalog', name }, true), arrayOid)
    }
    for (const type of types) {
      this.of(typeName(type))
      this.of(typeName(type, true))
    }
  }

  of(type: TypeName): number {
    let oid = this.#oids.get(type)
    if (oid === undefined) {
      oid = this.#next++
      this.#oids.set(type, oid)
    }
    return oid
  }

  /** The OID of a type's arrays. */
  arrayOf(type: TypeName): number {
    return this.of(`${type}[]`)
  }
}
