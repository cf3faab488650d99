/** What is not the same in two catalogs, in plain words. Only what they say counts, not how their files are written. */
import type { Catalog } from '../catalog/catalog.ts'
import { sortedBy } from '../catalog/code-unit-order.ts'
import { change, type CatalogChange } from './catalog-change.ts'
import type { CompareOptions } from './compare-options.ts'
import { compareRelations } from './compare-relations.ts'
import { compareRoutines } from './compare-routines.ts'
import { compareTypes } from './compare-types.ts'
import { Comparison } from './comparison.ts'
import { replaced } from './facts.ts'

/**
 * The changes that lead from `before` to `after`, by their paths; several of one path in the order of the catalog's members. Those of
 * the server come first. There are none between equal catalogs, and at least one between others.
 */
export function compareCatalogs(before: Catalog, after: Catalog, options: CompareOptions = {}): CatalogChange[] {
  const comparison = new Comparison(before, after, options)
  const changes = [...compareTypes(comparison), ...compareRelations(comparison), ...compareRoutines(comparison)]
  return [...serverChanges(before, after), ...sortedBy(changes, ({ path }) => [path])]
}

/** Whether generated files have to be made again for a change. `strict`: whether anything at all may have changed. */
export function matters({ effect }: CatalogChange, strict: boolean = false): boolean {
  return effect === 'types' || (strict && effect === 'unseen')
}

function serverChanges({ serverVersion: before }: Catalog, { serverVersion: after }: Catalog): CatalogChange[] {
  if (before === after) return []
  const words = `PostgreSQL ${replaced(before, after)}`
  return [change('server', 'server', { kind: 'serverVersion', words }, 'information')]
}
