import { isDeepStrictEqual } from 'node:util'

import type { CatalogRelation } from '../catalog/catalog.ts'
import { change, type CatalogChange, pathOf } from './catalog-change.ts'
import { compareColumns } from './compare-columns.ts'
import { compareKeys } from './compare-keys.ts'
import { type Comparison, effect } from './comparison.ts'
import { commentWords, factChanges, type Facts, nowOrNot, replaced } from './facts.ts'
import { matched } from './matched.ts'

type Compared = 'columns' | 'primaryKey' | 'uniqueKeys' | 'foreignKeys'

const FACTS: Facts<CatalogRelation, Exclude<keyof CatalogRelation, 'schema' | 'name' | Compared>> = {
  kind: replaced,
  partition: nowOrNot('is a partition now', 'is no partition any more'),
  insertable: nowOrNot('rows can be inserted now', 'rows cannot be inserted any more'),
  updatable: nowOrNot('rows can be updated now', 'rows cannot be updated any more'),
  deletable: nowOrNot('rows can be deleted now', 'rows cannot be deleted any more'),
  comment: commentWords,
}

/** What the file says nothing of: what a relation is shows in what its columns may be written. */
const UNSEEN: readonly string[] = ['kind', 'deletable', 'partition'] satisfies (keyof CatalogRelation)[]

export function compareRelations(comparison: Comparison): CatalogChange[] {
  const { before, after } = comparison
  const { dropped, added, kept } = matched(before.catalog.relations, after.catalog.relations, (each) => pathOf(each))
  return [
    ...dropped.map((relation) => {
      const words = `${relation.kind} dropped (${comparison.only(before)})`
      return change('relation', pathOf(relation), { kind: 'dropped', words }, effect(comparison.shows(relation)))
    }),
    ...added.map((relation) => {
      const words = `${relation.kind} added (${comparison.only(after)})${renameWords(relation, dropped)}`
      return change('relation', pathOf(relation), { kind: 'added', words }, effect(comparison.shows(relation)))
    }),
    ...kept.flatMap(([old, current]) => relationChanges(comparison, old, current)),
  ]
}

/** Whether it is a rename is for the reader to judge: the data would tell, and the catalog does not. */
function renameWords({ kind, columns }: CatalogRelation, dropped: readonly CatalogRelation[]): string {
  const [one, ...others] = dropped.filter((each) => each.kind === kind && isDeepStrictEqual(each.columns, columns))
  return one === undefined || others.length > 0 ? '' : `; ${pathOf(one)}, with the same columns, is gone`
}

function relationChanges(comparison: Comparison, before: CatalogRelation, after: CatalogRelation): CatalogChange[] {
  const [was, is] = [comparison.shows(before), comparison.shows(after)]
  const shown = was || is
  return [
    ...factChanges(FACTS, before, after).map((part) =>
      change('relation', pathOf(after), part, effect(was !== is || (shown && !UNSEEN.includes(part.kind)))),
    ),
    ...compareColumns(comparison, before, after, shown),
    ...compareKeys(comparison, before, after, shown),
  ]
}
