/** The TypeScript types of what the server describes: what the driver makes of it, by the application's profile. */
import type { PgTypes } from 'kysely-pgwire/types'

import { CATALOG_FORMAT, type CatalogType, type TypeName } from '../../catalog/catalog.ts'
import type { AnyKysely } from '../../catalog/query-runner.ts'
import { type ReadTypes, readTypes } from '../../catalog/read-types.ts'
import { typeName } from '../../catalog/type-name.ts'
import { camelCase as camelCased } from '../../model/camel-case.ts'
import { Names, typeIdentifier } from '../../model/names.ts'
import { type NamedText, type TypeText, typeTextsOf } from '../../model/type-texts.ts'
import type { DescribedType } from '../../nullability/describe-query.ts'
import { CHECKS, TYPES } from '../compile/declarations.ts'
import { writtenOut } from './written-out.ts'

export interface DescribedTexts {
  /** What a value of the type may be where the type `stated` stands for it, as source text. */
  readonly select: (type: DescribedType, stated: string) => string
  /** What may be given for a parameter. */
  readonly insert: (type: DescribedType) => string
  /** A type that needs no names. */
  readonly writtenOut: (type: DescribedType) => TypeText
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
  const textOf = ({ oid }: DescribedType, dimensions: number): TypeText => texts.textOf(read.nameOf(oid), dimensions)
  const isJson = ({ schema, name }: DescribedType): boolean => JSON_TYPES.has(baseOf(typeName({ schema, name }), read))
  const written = writtenOut(read.types, types, camelCase)
  return {
    select: (type, stated) => {
      const text = textOf(type, 1).select
      if (isJson(type)) return `${CHECKS}.${type.array ? 'BelievedList' : 'Believed'}<${text}, ${stated}>`
      return `${CHECKS}.${type.array ? 'Dimensions' : 'Branded'}<${text}, ${stated}>`
    },
    insert: (type) => textOf(type, 0).insert,
    writtenOut: ({ oid }) => written(read.nameOf(oid)),
    named: camelCase ? texts.named.map(withCamelCase) : texts.named,
  }
}

/** What JSON holds, no server says: there the stated type is believed. */
const JSON_TYPES: ReadonlySet<TypeName> = new Set(['json', 'jsonb'])

/** The type itself, or what a domain is over. */
function baseOf(name: TypeName, { types }: Pick<ReadTypes, 'types'>): TypeName {
  const domain = types.find((type) => type.kind === 'domain' && typeName(type) === name)
  return domain?.kind === 'domain' ? baseOf(domain.base, { types }) : name
}

function withCamelCase(named: NamedText): NamedText {
  const fields = named.fields?.map((field) => ({ ...field, name: camelCased(field.name) })) ?? null
  return { ...named, fields }
}
