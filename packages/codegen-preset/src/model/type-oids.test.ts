import { expect, test } from 'vitest'

import { enumType } from './model.cases.ts'
import { TypeOids } from './type-oids.ts'

test('built-in types and their arrays have the OIDs that every server gives them', () => {
  const oids = new TypeOids([])
  expect([oids.of('int4'), oids.of('int4[]'), oids.arrayOf('text')]).toEqual([23, 1007, 1009])
})

test('all others have OIDs of their own, above those of every server, and the same each time', () => {
  const oids = new TypeOids([enumType('mood', []), enumType('mood', [], 'other'), enumType('int4', [])])
  const names = ['public.mood', 'public.mood[]', 'other.mood', 'public.int4', 'public.gone']
  const given = names.map((name) => oids.of(name))
  expect(new Set(given).size).toBe(names.length)
  expect(Math.min(...given)).toBeGreaterThan(16_384)
  expect(names.map((name) => oids.of(name))).toEqual(given)
  expect(oids.arrayOf('public.mood')).toBe(oids.of('public.mood[]'))
})
