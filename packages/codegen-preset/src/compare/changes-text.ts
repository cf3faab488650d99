import type { CatalogChange } from './catalog-change.ts'

/** A line for each change; those that the file says nothing of are marked. */
export function changesText(changes: readonly CatalogChange[]): string {
  return changes.map((each) => `${each.sentence}${NOTES[each.effect]}\n`).join('')
}

const NOTES: Readonly<Record<CatalogChange['effect'], string>> = {
  types: '',
  unseen: ' (not in the types)',
  information: ' (no change of the schema)',
}
