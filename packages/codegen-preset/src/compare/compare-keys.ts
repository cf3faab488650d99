import type { CatalogForeignKey, CatalogKey, CatalogRelation, CatalogUniqueKey } from '../catalog/catalog.ts'
import { quoted } from '../catalog/type-name.ts'
import { change, type CatalogChange, type ChangeEffect, type ChangeSubject, pathOf } from './catalog-change.ts'
import { type Comparison, effect } from './comparison.ts'
import { factChanges, type Facts, nowOrNot, replaced, type Words } from './facts.ts'
import { matched } from './matched.ts'

const columnsWords: Words<readonly string[]> = (before, after) => replaced(listed(before), listed(after))

const KEY_FACTS: Facts<CatalogKey, Exclude<keyof CatalogKey, 'name'>> = { columns: columnsWords }

const UNIQUE_FACTS: Facts<CatalogUniqueKey, Exclude<keyof CatalogUniqueKey, 'name'>> = {
  ...KEY_FACTS,
  nullsNotDistinct: nowOrNot('one NULL is like another now', 'one NULL is not like another any more'),
}

const FOREIGN_FACTS: Facts<CatalogForeignKey, Exclude<keyof CatalogForeignKey, 'name'>> = {
  ...KEY_FACTS,
  references: (before, after) => replaced(target(before), target(after)),
}

export function compareKeys(
  comparison: Comparison,
  before: CatalogRelation,
  after: CatalogRelation,
  shown: boolean,
): CatalogChange[] {
  const seen = comparison.keyEffect(shown)
  const place = { comparison, relation: after, seen }
  return [
    ...keyChanges({ ...place, subject: 'primary key' }, KEY_FACTS, asList(before.primaryKey), asList(after.primaryKey)),
    ...keyChanges({ ...place, subject: 'unique key' }, UNIQUE_FACTS, before.uniqueKeys, after.uniqueKeys),
    ...keyChanges({ ...place, subject: 'foreign key' }, FOREIGN_FACTS, before.foreignKeys, after.foreignKeys),
  ]
}

interface Place {
  readonly comparison: Comparison
  readonly relation: CatalogRelation
  readonly subject: ChangeSubject
  readonly seen: ChangeEffect
}

function keyChanges<Key extends CatalogKey, Name extends keyof Key & string>(
  { comparison, relation, subject, seen }: Place,
  facts: Facts<Key, Name>,
  before: readonly Key[],
  after: readonly Key[],
): CatalogChange[] {
  const { dropped, added, kept } = matched(before, after, ({ name }) => name)
  const path = ({ name }: Key): string => pathOf(relation, name)
  const words = (verb: string, key: Key, side: Comparison['before']): string =>
    `${subject} ${verb}, ${listed(key.columns)} (${comparison.only(side)})`
  return [
    ...dropped.map((key) =>
      change(subject, path(key), { kind: 'dropped', words: words('dropped', key, comparison.before) }, seen),
    ),
    ...added.map((key) =>
      change(subject, path(key), { kind: 'added', words: words('added', key, comparison.after) }, seen),
    ),
    ...kept.flatMap(([old, current]) =>
      factChanges(facts, old, current).map(({ kind, words }) =>
        // Whether NULLs are distinct is nowhere in the file.
        change(
          subject,
          path(current),
          { kind, words: `${subject}, ${words}` },
          effect(seen === 'types' && kind !== 'nullsNotDistinct'),
        ),
      ),
    ),
  ]
}

function asList(key: CatalogKey | null): readonly CatalogKey[] {
  return key === null ? [] : [key]
}

function listed(columns: readonly string[]): string {
  return `(${columns.map(quoted).join(', ')})`
}

function target(references: CatalogForeignKey['references']): string {
  return `${pathOf(references)} ${listed(references.columns)}`
}
