import { defaultTypes, definePgTypes } from 'kysely-pgwire/types'
import { expect, test } from 'vitest'

import { column, modelOf, table, textsOf } from './model.cases.ts'

test('what is written otherwise than it is read has a name', () => {
  const model = modelOf({ relations: [table('t', [column('a', 'int8'), column('b', 'int4')])] })
  expect(textsOf(model)).toEqual({ 't.a': 'Int8', 't.b': 'number' })
  expect(model.columnTypes).toEqual([{ name: 'Int8', ...defaultTypes.codecFor(20)!.typescript }])
})

test('the profile decides what it stands for', () => {
  const types = definePgTypes({ int8: 'bigint' })
  const model = modelOf({ relations: [table('t', [column('a', 'int8')])] }, {}, types)
  expect(model.columnTypes.map(({ select }) => select)).toEqual(['bigint'])
})

test('the names are there whether or not they are needed: a table has another', () => {
  const model = modelOf({ relations: [table('int8', [column('a', 'text')])] })
  expect(model.tables.map(({ name }) => name)).toEqual(['Int8Table'])
  expect(model.columnTypes).toEqual([])
})

test('arrays of them have none', () => {
  const model = modelOf({ relations: [table('t', [column('a', 'int8[]')])] })
  const { select, insert } = defaultTypes.codecFor(20)!.typescript
  expect(textsOf(model)['t.a']).toBe(`ColumnType<(${select} | null)[], (${insert} | null)[], (${insert} | null)[]>`)
  expect(model.columnTypes).toEqual([])
})

test('a type of an extension has one in whatever schema it is', () => {
  const hstore = {
    schema: 'extensions',
    name: 'hstore',
    kind: 'base',
    sendable: true,
    delimiter: ',',
    comment: null,
  } as const
  const model = modelOf({ relations: [table('t', [column('h', 'extensions.hstore')])], types: [hstore] })
  expect(textsOf(model)['t.h']).not.toContain('unknown')
  expect(model.columnTypes.map(({ name }) => name)).toEqual(textsOf(model)['t.h'] === 'Hstore' ? ['Hstore'] : [])
})
