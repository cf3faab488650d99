import { expect, test } from 'vitest'

import type { CatalogType } from '../catalog/catalog.ts'
import { composite, domain, enumType } from './model.cases.ts'
import { serverTypeRows } from './server-type-rows.ts'
import { TypeOids } from './type-oids.ts'

const named = { schema: 'public', comment: null }

const types: CatalogType[] = [
  enumType('mood', ['sad', 'ok']),
  domain('email', 'text'),
  composite('pair', { a: 'int4', b: 'public.mood[]' }),
  { ...named, name: 'span', kind: 'range', subtype: 'float8' },
  { ...named, name: 'spans', kind: 'multirange', range: 'public.span' },
  { ...named, name: 'shape', kind: 'base', sendable: false, delimiter: ';' },
]

const oids = new TypeOids(types)
const rows = serverTypeRows(types, oids)
const rowOf = (type: string): (typeof rows)[number] | undefined => rows.find(({ oid }) => oid === oids.of(type))

test.each([
  ['public.mood', { kind: 'e', labels: ['sad', 'ok'] }],
  ['public.email', { kind: 'd', base_oid: 25 }],
  ['public.pair', { kind: 'c', field_names: ['a', 'b'], field_oids: [23, oids.of('public.mood[]')] }],
  ['public.span', { kind: 'r', subtype_oid: 701 }],
  ['public.spans', { kind: 'm', range_oid: oids.of('public.span') }],
  ['public.shape', { kind: 'b', sendable: false, delimiter: ';' }],
  ['public.shape[]', { kind: 'b', sendable: false, delimiter: ';', element_oid: oids.of('public.shape') }],
  ['public.mood[]', { kind: 'b', sendable: true, delimiter: ',', element_oid: oids.of('public.mood') }],
])('%s is as the server would have said: %o', (type, facts) => {
  expect(rowOf(type)).toMatchObject(facts)
})

test('a type leads to its array type', () => {
  expect(rowOf('public.mood')?.array_oid).toBe(oids.of('public.mood[]'))
  expect(rows).toHaveLength(2 * types.length)
})
