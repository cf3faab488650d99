import type { PgTypes } from 'kysely-pgwire/types'

import { CATALOG_FORMAT, type CatalogType, type TypeName } from '../../catalog/catalog.ts'
import { camelCase as camelCased } from '../../model/camel-case.ts'
import { propertyName } from '../../model/names.ts'
import { type NamedText, type TypeText, typeTextsOf } from '../../model/type-texts.ts'

type Side = keyof TypeText

/** What no name in a database is made of. */
const [OPEN, CLOSE] = ['\u{f0000}', '\u{f0001}']
const PLACE = new RegExp(`${OPEN}(?<index>\\d+)(?<side>select|insert)${CLOSE}`, 'gu')

/**
 * Gives the types of the database as source text that stands alone, in one line: instead of names it has what they stand for. How many
 * dimensions the arrays of a query have, nothing says.
 */
export function writtenOut(
  types: readonly CatalogType[],
  profile: PgTypes,
  camelCase: boolean,
): (type: TypeName) => TypeText {
  const indexes = new Map(types.map((type, index) => [type, index]))
  const place = (type: CatalogType, side: Side): string => `${OPEN}${indexes.get(type) ?? 0}${side}${CLOSE}`
  const catalog = { format: CATALOG_FORMAT, serverVersion: 0, relations: [], routines: [], types } as const
  const texts = typeTextsOf(catalog, profile, (type) => ({
    name: place(type, 'select'),
    inputName: place(type, 'insert'),
  }))
  const named = new Map(texts.named.map((text) => [indexes.get(text.type) ?? 0, text]))
  const nameOf = camelCase ? camelCased : (name: string) => name
  const filled = (text: string): string =>
    text.replaceAll(PLACE, (_, index: string, side: Side) => {
      const body = bodyOf(named.get(Number(index))!, side, nameOf)
      return filled(body)
    })
  return (type) => {
    const { select, insert } = texts.textOf(type, 0)
    return { select: filled(select), insert: filled(insert) }
  }
}

function bodyOf({ body, fields }: NamedText, side: Side, nameOf: (field: string) => string): string {
  if (fields === null) return body[side]
  if (fields.length === 0) return 'Record<string, never>'
  const [optional, nullable] = side === 'select' ? ['', ' | null'] : ['?', ' | null | undefined']
  const members = fields.map((field) => `${propertyName(nameOf(field.name))}${optional}: ${field[side]}${nullable}`)
  return `{ ${members.join('; ')} }`
}
