import { expect, test } from 'vitest'

import { column, composite, enumType, modelOf, table } from './model.cases.ts'
import { Names } from './names.ts'
import { Naming } from './naming.ts'

const keys = (model: ReturnType<typeof modelOf>): string[] => model.tables.map(({ key, name }) => `${key}: ${name}`)

test('a name of another schema has the schema before it, in DB and in TypeScript', () => {
  const relations = [table('users', []), table('users', [], { schema: 'audit' })]
  expect(keys(modelOf({ relations }))).toEqual(['audit.users: AuditUsers', 'users: Users'])
  expect(keys(modelOf({ relations }, { defaultSchemas: ['audit'] }))).toEqual([
    'public.users: PublicUsers',
    'users: Users',
  ])
})

test('one key for two tables is refused', () => {
  const relations = [table('users', []), table('users', [], { schema: 'audit' })]
  expect(() => modelOf({ relations }, { defaultSchemas: ['public', 'audit'] })).toThrow(/would both be "users" in DB/)
})

test('a name without quotes goes before one with them, whatever the order', () => {
  const types = [enumType('Mood', ['a']), enumType('mood', ['b'])]
  for (const given of [types, types.toReversed()]) {
    const naming = new Naming(new Names(), {})
    const nameOf = naming.typeNames(given)
    expect(types.map((type) => nameOf(type))).toEqual([
      { name: 'MoodType', inputName: 'MoodTypeInput' },
      { name: 'Mood', inputName: 'MoodInput' },
    ])
  }
})

test.each(['a.b', 'a as b', 'a AS b'])('%s cannot be named in Kysely: it is left out with a word', (name) => {
  const model = modelOf({ relations: [table(name, [])] })
  expect(keys(model)).toEqual([])
  expect(model.warnings).toEqual([`Kysely cannot name public."${name}": it is left out`])
})

test('a schema that Kysely cannot name hides its tables, unless nobody has to name it', () => {
  const relations = [table('users', [], { schema: 'a.b' })]
  expect(keys(modelOf({ relations }))).toEqual([])
  expect(keys(modelOf({ relations }, { defaultSchemas: ['a.b'] }))).toEqual(['users: Users'])
})

test('a schema that CamelCasePlugin does not find back to hides its tables, unless nobody has to name it', () => {
  const relations = [table('users', [], { schema: 'Sales' })]
  expect(keys(modelOf({ relations }, { camelCase: true }))).toEqual([])
  expect(modelOf({ relations }, { camelCase: true }).warnings).toEqual([
    'CamelCasePlugin does not find its way back to "Sales".users: it is left out',
  ])
  expect(keys(modelOf({ relations }, { camelCase: true, defaultSchemas: ['Sales'] }))).toEqual(['users: Users'])
})

test('columns that CamelCasePlugin does not find back to are left out with a word', () => {
  const relations = [table('users', [column('first_name', 'text'), column('line_2', 'text')])]
  const model = modelOf({ relations }, { camelCase: true })
  expect(model.tables[0]!.columns.map(({ name }) => name)).toEqual(['firstName'])
  expect(model.warnings).toHaveLength(1)
})

test('partitions are left out, unless they are asked for', () => {
  const relations = [table('part_1', [], { partition: true })]
  expect(keys(modelOf({ relations }))).toEqual([])
  expect(keys(modelOf({ relations }, { partitions: true }))).toEqual(['part_1: Part1'])
})

test('a row type has another name than its table', () => {
  const model = modelOf({
    relations: [table('users', [column('u', 'public.users')])],
    types: [composite('users', { id: 'int4' })],
  })
  expect(model.types.map(({ name }) => name)).toEqual(['UsersType'])
  expect(keys(model)).toEqual(['users: Users'])
})

test('reserved names are nobody’s', () => {
  expect(keys(modelOf({ relations: [table('money', [])] }, { reserved: ['Money'] }))).toEqual(['money: MoneyTable'])
})
