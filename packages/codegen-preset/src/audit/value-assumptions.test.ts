import { defaultTypes, definePgTypes, mapCodec, type PgTypes } from 'kysely-pgwire/types'
import { expect, test } from 'vitest'

import type { Catalog, CatalogField, CatalogType } from '../catalog/catalog.ts'
import { column, small, table } from '../compare/small-catalog.cases.ts'
import { ValueAssumptions } from './value-assumptions.ts'

function composite(name: string, ...types: readonly string[]): CatalogType {
  const fields = types.map((type, index): CatalogField => ({ name: `f${index}`, type, dimensions: 1, comment: null }))
  return { schema: 'public', name, kind: 'composite', rowType: false, fields, comment: null }
}

function pathsOf(
  type: string,
  types: readonly CatalogType[],
  profile: PgTypes = defaultTypes,
  dimensions = 0,
): string[] {
  const catalog: Catalog = { ...small, types }
  const relation = table('t', [column('c', type, { dimensions })])
  const found = new ValueAssumptions(catalog, profile).of(relation, relation.columns[0]!)
  return found.map((each) => `${each.path} ${'violated' in each ? 'checked' : each.result.state}`)
}

test('an array whose dimensions are not known is assumed to have any number', () => {
  expect(pathsOf('int4[]', [], defaultTypes, 0)).toEqual([])
  expect(pathsOf('int4[]', [], defaultTypes, 2)).toEqual(['public.t.c checked'])
})

test('fields of a composite that a codec of its own makes something else of say nothing', () => {
  const types = [composite('pair', 'int4[]')]
  expect(pathsOf('public.pair', types)).toEqual(['public.t.c.f0 checked'])
  const own = definePgTypes({
    byName: {
      pair: (derived) =>
        mapCodec(derived, {
          decode: () => 'pair',
          encode: (value: unknown) => value,
          typescript: { select: 'string' },
        }),
    },
  })
  expect(pathsOf('public.pair', types, own)).toEqual([])
})

test('types that are made of themselves, which PostgreSQL refuses, end', () => {
  const looped: CatalogType[] = [
    {
      schema: 'public',
      name: 'a',
      kind: 'domain',
      base: 'public.b[]',
      dimensions: 1,
      notNull: false,
      hasDefault: false,
      comment: null,
    },
    {
      schema: 'public',
      name: 'b',
      kind: 'domain',
      base: 'public.a[]',
      dimensions: 1,
      notNull: true,
      hasDefault: false,
      comment: null,
    },
  ]
  expect(pathsOf('public.a', looped).length).toBeLessThan(30)
})

test('what is nested deeper than looked into is not checked', () => {
  const deep = Array.from({ length: 14 }, (_, index) =>
    composite(`t${index}`, index === 0 ? 'int4[]' : `public.t${index - 1}`),
  )
  expect(pathsOf('public.t13', deep)).toEqual([`public.t.c${'.f0'.repeat(11)} not checked`])
})
