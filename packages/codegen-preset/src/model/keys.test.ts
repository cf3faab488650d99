import { expect, test } from 'vitest'

import { Keys } from './keys.ts'
import { column, foreign, primary, table } from './model.cases.ts'

const users = table('users', [column('id', 'int8')], primary('id'))
const id = { ...primary('id') }

function behind(relations: readonly (typeof users)[], name: string, at: string): string | undefined {
  const found = new Keys(relations).primaryKeyBehind(
    relations.find((relation) => relation.name === name)!,
    at,
  )
  return found && `${found.relation.name}.${found.column}`
}

test('a primary key of one column is its own, and one of two columns is nobody’s', () => {
  const members = table('members', [], primary('tenant', 'id'))
  expect(behind([users], 'users', 'id')).toBe('users.id')
  expect(behind([members], 'members', 'id')).toBeUndefined()
  expect(behind([users], 'users', 'name')).toBeUndefined()
})

test('keys are followed to the first of them', () => {
  const people = table('people', [], { ...id, ...foreign({ id: 'users.id' }) })
  const staff = table('staff', [], { ...id, ...foreign({ id: 'people.id', boss: 'staff.id' }) })
  expect(behind([users, people, staff], 'staff', 'id')).toBe('users.id')
  expect(behind([users, people, staff], 'staff', 'boss')).toBe('users.id')
})

test('a table may point to itself', () => {
  const posts = table('posts', [], { ...id, ...foreign({ parent: 'posts.id', id: 'posts.id' }) })
  expect(behind([posts], 'posts', 'parent')).toBe('posts.id')
  expect(behind([posts], 'posts', 'id')).toBe('posts.id')
})

test('in a circle there is no first key, for what is in it and what leads there', () => {
  const one = table('one', [], { ...id, ...foreign({ id: 'two.id' }) })
  const two = table('two', [], { ...id, ...foreign({ id: 'one.id' }) })
  const three = table('three', [], foreign({ at: 'two.id' }))
  expect([behind([one, two], 'one', 'id'), behind([one, two], 'two', 'id')]).toEqual([undefined, undefined])
  expect(behind([one, two, three], 'three', 'at')).toBeUndefined()
})

test('a column of two foreign keys has the one that leads to a primary key of its own', () => {
  const members = table('members', [], primary('tenant', 'id'))
  const tenants = table('tenants', [], id)
  const composite = {
    name: 'z',
    columns: ['tenant', 'member'],
    references: { schema: 'public', name: 'members', columns: ['tenant', 'id'] },
  }
  const single = foreign({ tenant: 'tenants.id' }).foreignKeys[0]!
  for (const foreignKeys of [
    [single, composite],
    [composite, single],
  ]) {
    const tasks = table('tasks', [], { foreignKeys })
    expect(behind([members, tenants, tasks], 'tasks', 'tenant')).toBe('tenants.id')
    expect(behind([members, tenants, tasks], 'tasks', 'member')).toBeUndefined()
  }
})

test('a key that points to what is no primary key stays its own', () => {
  const cards = table('cards', [column('nr', 'int8')])
  const people = table('people', [], { ...id, ...foreign({ id: 'cards.nr' }) })
  expect(behind([cards, people], 'people', 'id')).toBe('people.id')
})

test('a key into a table that is not there is its own', () => {
  expect(behind([table('people', [], { ...id, ...foreign({ id: 'gone.id' }) })], 'people', 'id')).toBe('people.id')
})
