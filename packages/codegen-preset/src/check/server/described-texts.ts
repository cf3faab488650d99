/** The TypeScript types of what the server describes: what the driver makes of it, by the application's profile. */
import type { PgTypes } from 'kysely-pgwire/types'

import { CATALOG_FORMAT, type CatalogType } from '../../catalog/catalog.ts'
import type { AnyKysely } from '../../catalog/query-runner.ts'
import { readTypes } from '../../catalog/read-types.ts'
import { camelCase as camelCased } from '../../model/camel-case.ts'
import { Names, typeIdentifier } from '../../model/names.ts'
import { type NamedText, type TypeText, typeTextsOf } from '../../model/type-texts.ts'
import type { DescribedType } from '../../nullability/describe-query.ts'
import { CHECKS, TYPES } from '../compile/declarations.ts'

export interface DescribedTexts {
  /** What a value of the type may be where the type `stated` stands for it, as source text. */
  readonly select: (type: DescribedType, stated: string) => string
  /** What may be given for a parameter. */
  readonly insert: (type: DescribedType) => string
  /** The types that the texts name. */
  readonly named: readonly NamedText[]
}

export async function describedTexts(
  db: AnyKysely,
  described: readonly DescribedType[],
  types: PgTypes,
  camelCase: boolean,
): Promise<DescribedTexts> {
  const read = await readTypes(db, new Set(described.map(({ oid }) => oid)))
  const names = new Names()
  const own = new Map<CatalogType, { readonly name: string; readonly inputName: string }>()
  const namesOf = (type: CatalogType): { readonly name: string; readonly inputName: string } => {
    const known = own.get(type)
    if (known !== undefined) return known
    const name = names.take(typeIdentifier(type.name), typeIdentifier(type.schema, type.name))
    const taken = { name: `${TYPES}.${name}`, inputName: `${TYPES}.${names.take(`${name}Input`)}` }
    own.set(type, taken)
    return taken
  }
  const catalog = { format: CATALOG_FORMAT, serverVersion: 0, relations: [], routines: [], types: read.types } as const
  const texts = typeTextsOf(catalog, types, namesOf)
  // Of how many dimensions the arrays of a query are, nothing says.
  const textOf = ({ oid }: DescribedType): TypeText => texts.textOf(read.nameOf(oid), 1)
  return {
    select: (type, stated) => {
      const text = textOf(type).select
      if (isJson(type)) return `${CHECKS}.Believed<${text}, ${stated}>`
      return `${CHECKS}.${type.array ? 'Dimensions' : 'Branded'}<${text}, ${stated}>`
    },
    insert: (type) => textOf(type).insert,
    named: camelCase ? texts.named.map(withCamelCase) : texts.named,
  }
}

/** What JSON holds, no server says: there the stated type is believed. */
function isJson({ schema, name, array }: DescribedType): boolean {
  return schema === 'pg_catalog' && !array && (name === 'json' || name === 'jsonb')
}

function withCamelCase(named: NamedText): NamedText {
  const fields = named.fields?.map((field) => ({ ...field, name: camelCased(field.name) })) ?? null
  return { ...named, fields }
}
