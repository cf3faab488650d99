import type { CatalogColumn, CatalogRelation } from '../catalog/catalog.ts'
import { elementOf, quoted } from '../catalog/type-name.ts'
import { columnRules, columnText } from '../model/column-text.ts'
import { change, type CatalogChange, type ChangeEffect, type PartialChange, pathOf } from './catalog-change.ts'
import { type Comparison, effect, type Side } from './comparison.ts'
import { commentWords, factChanges, type Facts, nowOrNot, replaced } from './facts.ts'
import { matched } from './matched.ts'
import { placeWords, sequenceChanges } from './sequence.ts'

const FACTS: Facts<CatalogColumn, Exclude<keyof CatalogColumn, 'name'>> = {
  type: replaced,
  dimensions: dimensionsWords,
  nullable: nowOrNot('a NULL can be read now', 'no NULL can be read any more'),
  notNull: nowOrNot('NULL is refused now', 'NULL is accepted now'),
  generated: (before, after) => replaced(generatedWords(before), generatedWords(after)),
  identity: (before, after) => replaced(identityWords(before), identityWords(after)),
  hasDefault: nowOrNot('has a default now', 'has no default any more'),
  updatable: nowOrNot('can be written now', 'cannot be written any more'),
  comment: commentWords,
}

export function compareColumns(
  comparison: Comparison,
  before: CatalogRelation,
  after: CatalogRelation,
  shown: boolean,
): CatalogChange[] {
  const seen = effect(shown)
  const { dropped, added, kept } = matched(before.columns, after.columns, ({ name }) => name)
  const order = sequenceChanges(
    before.columns.map(({ name }) => name),
    after.columns.map(({ name }) => name),
  )
  const old = new Map(before.columns.map((column) => [column.name, column]))
  const places = new Map(order.added.map((place) => [place.name, place]))
  return [
    ...dropped.map((column) => {
      const words = `column dropped, ${column.type} (${comparison.only(comparison.before)})`
      return change('column', pathOf(before, column.name), { kind: 'dropped', words }, seen)
    }),
    ...added.map((column) => {
      const place = places.get(column.name)!
      const instead = place.instead === undefined ? undefined : old.get(place.instead)
      // Whether it is a rename is for the reader to judge: the data would tell, and the catalog does not.
      const rename =
        instead?.type === column.type ? `; ${quoted(instead.name)}, of the same type, was in its place` : ''
      const where = after.columns.length > 1 ? `,${placeWords(place, quoted)}` : ''
      const words = `column added, ${column.type}${where} (${comparison.only(comparison.after)})${rename}`
      return change('column', pathOf(after, column.name), { kind: 'added', words }, seen)
    }),
    ...(order.reordered === null ? [] : [change('relation', pathOf(after), orderChange(order.reordered), seen)]),
    ...kept.flatMap(([from, to]) => columnChanges(comparison, [before, from], [after, to], shown)),
  ]
}

function orderChange({
  before,
  after,
}: {
  readonly before: readonly string[]
  readonly after: readonly string[]
}): PartialChange {
  const words = `the columns are in another order: ${replaced(before.map(quoted).join(', '), after.map(quoted).join(', '))}`
  return { kind: 'order', words }
}

type Place = readonly [relation: CatalogRelation, column: CatalogColumn]

/** Which changes of a column its type in the file depends on; the others it may have to show together. */
const OWN_EFFECTS: readonly string[] = ['type', 'dimensions', 'comment'] satisfies (keyof CatalogColumn)[]

function columnChanges(comparison: Comparison, before: Place, after: Place, shown: boolean): CatalogChange[] {
  const [relation, { name, type }] = after
  const rules = effect(shown && !sameRules(comparison, before, after))
  const array = elementOf(before[1].type) !== null || elementOf(type) !== null
  const effectOf = (kind: string): ChangeEffect => {
    if (!OWN_EFFECTS.includes(kind)) return rules
    return effect(shown && (kind !== 'dimensions' || array))
  }
  return nullsTogether(factChanges(FACTS, before[1], after[1]), after[1]).map((part) =>
    change('column', pathOf(relation, name), part, effectOf(part.kind)),
  )
}

/** What can be read follows what can be written, nearly always: then it is one fact. */
function nullsTogether(
  changes: readonly PartialChange[],
  { notNull, nullable }: CatalogColumn,
): readonly PartialChange[] {
  const both = ['nullable', 'notNull'].every((kind) => changes.some((each) => each.kind === kind))
  if (!both || notNull === nullable) return changes
  const words = nullable ? 'can be NULL now' : 'cannot be NULL any more'
  return changes.flatMap((each) =>
    each.kind === 'notNull' ? [] : [each.kind === 'nullable' ? { ...each, words } : each],
  )
}

/** Whether what may be read and written is written in the file as it was, whatever the types themselves. */
function sameRules(comparison: Comparison, before: Place, after: Place): boolean {
  const [old, current] = [textsOf(comparison.before, before), textsOf(comparison.after, after)]
  return old.every((text, index) => text === current[index])
}

const [PLAIN, DOUBLE] = [
  { select: 'Read', insert: 'Read' },
  { select: 'Read', insert: 'Written' },
]

/** A column of types that are made up: of one for all, of two, and of two with a name for both. */
function textsOf(side: Side, [relation, column]: Place): string[] {
  const rules = columnRules(relation, column, side.domain(column.type))
  return [columnText(PLAIN, rules, undefined), columnText(DOUBLE, rules, undefined), columnText(DOUBLE, rules, 'Both')]
}

export function dimensionsWords(before: number, after: number): string {
  return replaced(dimensionsOf(before), dimensionsOf(after))
}

function dimensionsOf(count: number): string {
  if (count === 0) return 'any number of dimensions'
  return count === 1 ? '1 dimension' : `${count} dimensions`
}

function generatedWords(generated: CatalogColumn['generated']): string {
  return generated === null ? 'not generated' : `generated, ${generated}`
}

function identityWords(identity: CatalogColumn['identity']): string {
  return identity === null ? 'no identity' : `identity, ${identity}`
}
