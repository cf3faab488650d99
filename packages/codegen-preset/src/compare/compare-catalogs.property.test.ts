import fc from 'fast-check'
import { defaultTypes } from 'kysely-pgwire/types'
import { expect, test } from 'vitest'

import type { Catalog } from '../catalog/catalog.ts'
import { emitTypescript } from '../emit/emit-typescript.ts'
import { buildModel } from '../model/build-model.ts'
import { anyCatalog, mutationsOf } from './any-catalog.cases.ts'
import { compareCatalogs, matters } from './compare-catalogs.ts'
import { parseSnapshot } from './parse-snapshot.ts'

const MORE = process.env['PGWIRE_FULL'] === '1' ? 10 : 1

test('between a catalog and itself nothing has changed', () => {
  fc.assert(
    fc.property(anyCatalog, (catalog) => {
      expect(compareCatalogs(catalog, parseSnapshot(JSON.stringify(catalog)))).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('every single change of a catalog is told of, in both directions, by its path', () => {
  fc.assert(
    fc.property(anyCatalog, (catalog) => {
      for (const { place, mutated, paths } of mutationsOf(catalog)) {
        for (const changes of [compareCatalogs(catalog, mutated), compareCatalogs(mutated, catalog)]) {
          expect(changes.length, place).toBeGreaterThan(0)
          const told = changes.map(({ path }) => path)
          if (paths.length > 0)
            expect(
              told.filter((path) => belongs(path, paths)),
              place,
            ).not.toEqual([])
          for (const { sentence } of changes) expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}]/u)
        }
      }
    }),
    { numRuns: 30 * MORE },
  )
})

/** A change of a list is one of what is in it. */
function belongs(path: string, paths: readonly string[]): boolean {
  return paths.some((each) => path === each || path.startsWith(`${each}.`))
}

test.each([
  {},
  { keys: true },
  { brandedIds: true },
  { routines: true, partitions: true },
  { includes: ({ schema }: { readonly schema: string }) => schema === 'public' },
])('where only what is unseen has changed, the generated file is the same: %o', (options) => {
  let [unseen, seen] = [0, 0]
  const textOf = (catalog: Catalog): string => {
    const model = buildModel(catalog, defaultTypes, { defaultSchemas: ['public'], ...options })
    return emitTypescript(model, options)
  }
  fc.assert(
    fc.property(anyCatalog, (catalog) => {
      const before = textOf(catalog)
      for (const { place, mutated } of mutationsOf(catalog)) {
        if (compareCatalogs(catalog, mutated, options).some((each) => matters(each))) seen++
        else {
          unseen++
          expect(textOf(mutated), place).toBe(before)
        }
      }
    }),
    { numRuns: 12 * MORE },
  )
  expect(Math.min(unseen, seen)).toBeGreaterThan(20)
})
