/**
 * Which TypeScript types stand for which types of the database. There is no table of them here: the driver's own
 * `codecsFromRows` composes codecs from the catalog, as it does at run time from the server's answer, and each says its types.
 * Between the two stands only a profile that calls enums, composites and domains by their names in the file.
 */
import { changedCodec, type Codec, codecsFromRows, type PgTypes } from 'kysely-pgwire/types'

import type { Catalog, CatalogType, TypeName } from '../catalog/catalog.ts'
import { elementOf, typeName } from '../catalog/type-name.ts'
import { arrayRangeText, arrayText } from './array-text.ts'
import { serverTypeRows } from './server-type-rows.ts'
import { TypeOids } from './type-oids.ts'

/** A type as source text: of what is read, and of what may be written. */
export interface TypeText {
  readonly select: string
  readonly insert: string
}

/** A name that the file gives to a type of the database. */
export interface NamedText {
  readonly type: CatalogType
  readonly name: string
  /** The same as `name` where what is written has the type of what is read. */
  readonly inputName: string
  /** What the name stands for, and what the input's name does. */
  readonly body: TypeText
  /** The fields of what is declared as an interface; null for an alias. */
  readonly fields: readonly FieldText[] | null
}

export interface FieldText extends TypeText {
  readonly name: string
  readonly comment: string | null
}

export interface TypeTexts {
  /** The type of a column or an argument. `dimensions` counts for arrays only. */
  readonly textOf: (type: TypeName, dimensions: number) => TypeText
  /** The codec that the driver reads the type with. */
  readonly codecOf: (type: TypeName) => Codec | undefined
  /** Every named type, in the catalog's order. */
  readonly named: readonly NamedText[]
}

/** The names that a type would have: of what is read, and of what is written where that differs. */
export type NamesOf = (type: CatalogType) => { readonly name: string; readonly inputName: string }

export function typeTextsOf(catalog: Catalog, types: PgTypes, namesOf: NamesOf): TypeTexts {
  const oids = new TypeOids(catalog.types)
  const declared = new Map(catalog.types.filter(isDeclared).map((type) => [typeName(type), type]))
  const arrayRanges = new Set(catalog.types.filter(isArrayRange).map((type) => typeName(type)))
  const named = new Map<CatalogType, Omit<NamedText, 'fields'> & { readonly object: boolean }>()
  const naming: PgTypes = {
    ...types,
    codecNamed: (row, derived) => {
      const codec = types.codecNamed(row, derived)
      if (codec === undefined && row.kind === 'r' && arrayRanges.has(typeName(row)))
        return withArrayRangeText(derived())
      // The array type of `mood` may be called `_mood`, but its kind is another.
      const type = row.kind === 'b' ? undefined : declared.get(typeName(row))
      if (type === undefined) return codec
      const own = derived()
      const body = codec ?? own
      // What a codec of the user's makes of a composite is what it says, and not what the fields are of.
      const object = type.kind === 'composite' && isObjectText(own.typescript.select) && sameTexts(body, own)
      const { name, inputName: other } = namesOf(type)
      const inputName = body.typescript.select === body.typescript.insert && !object ? name : other
      named.set(type, { type, name, inputName, body: body.typescript, object })
      return changedCodec(body, { typescript: { select: name, insert: inputName } })
    },
  }
  const composed = codecsFromRows(serverTypeRows(catalog.types, oids), naming)
  const codecOf = (type: TypeName): Codec | undefined => {
    const oid = oids.of(type)
    return types.codecFor(oid) ?? composed.get(oid)
  }
  const textOf = (type: TypeName, dimensions: number): TypeText => {
    const { select, insert } = codecOf(type)?.typescript ?? UNKNOWN
    if (elementOf(type) === null) return { select, insert }
    return { select: arrayText(select, dimensions), insert: arrayText(insert, dimensions) }
  }
  const complete = (type: CatalogType): NamedText[] => {
    const found = named.get(type)
    if (found === undefined) return []
    const { object, ...text } = found
    if (type.kind === 'domain') return [{ ...text, body: domainBody(type, text.body), fields: null }]
    return [{ ...text, fields: object ? fieldsOf(type, textOf) : null }]
  }
  return { textOf, codecOf, named: catalog.types.flatMap(complete) }
}

/** For what was dropped while the catalog was read, and for `anyelement` and its like in a function's arguments. */
const UNKNOWN: TypeText = { select: 'unknown', insert: 'unknown' }

function isDeclared({ kind }: CatalogType): boolean {
  return kind === 'enum' || kind === 'domain' || kind === 'composite'
}

function isArrayRange(type: CatalogType): boolean {
  return type.kind === 'range' && elementOf(type.subtype) !== null
}

function withArrayRangeText(codec: Codec): Codec {
  const { select, insert } = codec.typescript
  return changedCodec(codec, { typescript: { select: arrayRangeText(select), insert: arrayRangeText(insert) } })
}

function sameTexts({ typescript: one }: Codec, { typescript: other }: Codec): boolean {
  return one.select === other.select && one.insert === other.insert
}

/** How the driver's composer writes one. */
function isObjectText(text: string): boolean {
  return text.startsWith('{ ') || text === 'Record<string, never>'
}

function fieldsOf(type: CatalogType, textOf: TypeTexts['textOf']): FieldText[] | null {
  if (type.kind !== 'composite') return null
  return type.fields.map(({ name, type: field, dimensions, comment }) => ({
    name,
    comment,
    ...textOf(field, dimensions),
  }))
}

function domainBody(type: CatalogType & { kind: 'domain' }, body: TypeText): TypeText {
  if (elementOf(type.base) === null) return body
  return { select: arrayText(body.select, type.dimensions), insert: arrayText(body.insert, type.dimensions) }
}
