import type {
  CatalogBaseType,
  CatalogComposite,
  CatalogDomain,
  CatalogEnum,
  CatalogField,
  CatalogMultirange,
  CatalogRange,
  CatalogType,
} from '../catalog/catalog.ts'
import { quoted } from '../catalog/type-name.ts'
import { change, type CatalogChange, literal, type PartialChange, pathOf } from './catalog-change.ts'
import { dimensionsWords } from './compare-columns.ts'
import { type Comparison, effect } from './comparison.ts'
import { commentWords, factChanges, type Facts, nowOrNot, replaced } from './facts.ts'
import { matched } from './matched.ts'
import { placeWords, sequenceChanges } from './sequence.ts'

type Own<Type extends CatalogType> = Exclude<keyof Type, 'schema' | 'name' | 'kind'>

const ENUM: Facts<CatalogEnum, Exclude<Own<CatalogEnum>, 'labels'>> = { comment: commentWords }
const DOMAIN: Facts<CatalogDomain, Own<CatalogDomain>> = {
  base: replaced,
  dimensions: dimensionsWords,
  notNull: nowOrNot('NULL is refused now', 'NULL is accepted now'),
  hasDefault: nowOrNot('has a default now', 'has no default any more'),
  comment: commentWords,
}
const COMPOSITE: Facts<CatalogComposite, Exclude<Own<CatalogComposite>, 'fields'>> = {
  rowType: nowOrNot('is the type of a table now', 'is the type of no table any more'),
  comment: commentWords,
}
const FIELD: Facts<CatalogField, Exclude<keyof CatalogField, 'name'>> = {
  type: replaced,
  dimensions: dimensionsWords,
  comment: commentWords,
}
const RANGE: Facts<CatalogRange, Own<CatalogRange>> = { subtype: replaced, comment: commentWords }
const MULTIRANGE: Facts<CatalogMultirange, Own<CatalogMultirange>> = { range: replaced, comment: commentWords }
const BASE: Facts<CatalogBaseType, Own<CatalogBaseType>> = {
  sendable: nowOrNot('can be sent in binary now', 'cannot be sent in binary any more'),
  delimiter: (before, after) => replaced(literal(before), literal(after)),
  comment: commentWords,
}

/** Of these the file says less than the catalog: the types with interfaces or names of their own show their comments. */
const UNSEEN: readonly string[] = ['range comment', 'multirange comment', 'base comment', 'composite rowType']

/** Every type counts: whether or not something in the file is of it, it takes a name that no other can have then. */
export function compareTypes(comparison: Comparison): CatalogChange[] {
  const { before, after } = comparison
  const { dropped, added, kept } = matched(before.catalog.types, after.catalog.types, (each) => pathOf(each))
  return [
    ...dropped.map((type) => {
      const words = `${type.kind} dropped (${comparison.only(before)})`
      return change('type', pathOf(type), { kind: 'dropped', words }, 'types')
    }),
    ...added.map((type) => {
      const words = `${type.kind} added (${comparison.only(after)})`
      return change('type', pathOf(type), { kind: 'added', words }, 'types')
    }),
    ...kept.flatMap(([old, current]) => typeChanges(comparison, old, current)),
  ]
}

function typeChanges(comparison: Comparison, before: CatalogType, after: CatalogType): CatalogChange[] {
  const path = pathOf(after)
  const facts = ownChanges(before, after).map((part) =>
    change('type', path, part, effect(!UNSEEN.includes(`${after.kind} ${part.kind}`))),
  )
  if (before.kind === 'enum' && after.kind === 'enum') return [...facts, ...labelChanges(before, after)]
  if (before.kind === 'composite' && after.kind === 'composite') {
    return [...facts, ...fieldChanges(comparison, before, after)]
  }
  return facts
}

function ownChanges(before: CatalogType, after: CatalogType): PartialChange[] {
  if (before.kind === 'enum' && after.kind === 'enum') return factChanges(ENUM, before, after)
  if (before.kind === 'domain' && after.kind === 'domain') return factChanges(DOMAIN, before, after)
  if (before.kind === 'composite' && after.kind === 'composite') return factChanges(COMPOSITE, before, after)
  if (before.kind === 'range' && after.kind === 'range') return factChanges(RANGE, before, after)
  if (before.kind === 'multirange' && after.kind === 'multirange') return factChanges(MULTIRANGE, before, after)
  if (before.kind === 'base' && after.kind === 'base') return factChanges(BASE, before, after)
  return [{ kind: 'kind', words: replaced(before.kind, after.kind) }]
}

function labelChanges(before: CatalogEnum, after: CatalogEnum): CatalogChange[] {
  const { dropped, added, reordered } = sequenceChanges(before.labels, after.labels)
  const path = pathOf(after)
  const parts: PartialChange[] = [
    ...dropped.map((label) => ({ kind: 'dropped', words: `label ${literal(label)} dropped` })),
    ...added.map((place) => {
      const instead = place.instead === undefined ? '' : `; ${literal(place.instead)} was in its place`
      return { kind: 'added', words: `label ${literal(place.name)} added${placeWords(place, literal)}${instead}` }
    }),
  ]
  if (reordered !== null) {
    const [from, to] = [reordered.before, reordered.after].map((labels) => labels.map(literal).join(', '))
    parts.push({ kind: 'order', words: `the labels are in another order: ${replaced(from!, to!)}` })
  }
  return parts.map((part) => change('label', path, part, 'types'))
}

function fieldChanges(comparison: Comparison, before: CatalogComposite, after: CatalogComposite): CatalogChange[] {
  const { dropped, added, kept } = matched(before.fields, after.fields, ({ name }) => name)
  const order = sequenceChanges(
    before.fields.map(({ name }) => name),
    after.fields.map(({ name }) => name),
  )
  const old = new Map(before.fields.map((field) => [field.name, field]))
  const places = new Map(order.added.map((place) => [place.name, place]))
  const [from, to] = [order.reordered?.before, order.reordered?.after].map((names) => names?.map(quoted).join(', '))
  return [
    ...dropped.map((field) => {
      const words = `field dropped, ${field.type} (${comparison.only(comparison.before)})`
      return change('field', pathOf(before, field.name), { kind: 'dropped', words }, 'types')
    }),
    ...added.map((field) => {
      const instead = old.get(places.get(field.name)?.instead ?? '')
      const rename = instead?.type === field.type ? `; ${quoted(instead.name)}, of the same type, was in its place` : ''
      const words = `field added, ${field.type} (${comparison.only(comparison.after)})${rename}`
      return change('field', pathOf(after, field.name), { kind: 'added', words }, 'types')
    }),
    ...(order.reordered === null
      ? []
      : [
          change(
            'type',
            pathOf(after),
            { kind: 'order', words: `the fields are in another order: ${replaced(from!, to!)}` },
            'types',
          ),
        ]),
    ...kept.flatMap(([was, is]) =>
      factChanges(FIELD, was, is).map((part) => change('field', pathOf(after, is.name), part, 'types')),
    ),
  ]
}
