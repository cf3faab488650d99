import { defaultTypes, definePgTypes } from 'kysely-pgwire/types'
import { describe, expect, test } from 'vitest'

import { column, domain, enumType, foreign, modelOf, primary, table, textsOf } from './model.cases.ts'

const users = table('users', [column('id', 'int8'), column('name', 'text')], primary('id'))
const NULLABLE = { notNull: false, nullable: true }

describe('types that were chosen', () => {
  const relations = [users, table('users', [column('name', 'text')], { schema: 'audit' })]

  test('by the table’s name they are for every schema, and by the whole name for one', () => {
    expect(textsOf(modelOf({ relations }, { columns: { 'users.name': "'a'" } }))).toMatchObject({
      'users.name': "'a'",
      'audit.users.name': "'a'",
    })
    const both = { 'users.name': "'a'", 'audit.users.name': "'b'" }
    expect(textsOf(modelOf({ relations }, { columns: both }))).toMatchObject({
      'users.name': "'a'",
      'audit.users.name': "'b'",
    })
  })

  test('go before what a comment says', () => {
    const tagged = table('t', [column('a', 'text', { comment: 'one @type {Tagged} of them' })])
    expect(textsOf(modelOf({ relations: [tagged] }))).toEqual({ 't.a': 'Tagged' })
    expect(textsOf(modelOf({ relations: [tagged] }, { columns: { 't.a': 'Chosen' } }))).toEqual({ 't.a': 'Chosen' })
  })

  test('may be of a column with a dot in its name', () => {
    const dotted = table('t', [column('a.b', 'text')])
    expect(textsOf(modelOf({ relations: [dotted] }, { columns: { 't.a.b': "'x'" } }))).toEqual({ 't.a.b': "'x'" })
  })

  test('by a key that can be of two columns are refused, and in quotes they are of one', () => {
    const both = [table('a', [column('b.c', 'text')]), table('b', [column('c', 'text')], { schema: 'a' })]
    expect(() => modelOf({ relations: both }, { columns: { 'a.b.c': "'x'" } })).toThrow(
      'The column a.b.c can be a."b.c" or a.b.c. Write what is meant with its quotes',
    )
    const { tables } = modelOf({ relations: both }, { columns: { 'a."b.c"': "'x'", '"a".b.c': "'y'" } })
    expect(tables.map(({ columns }) => columns.map(({ text }) => text))).toEqual([["'x'"], ["'y'"]])
  })

  test.each(['users.gone', 'gone.id', 'users', 'toString', '__proto__'])('of %s are of nothing', (name) => {
    const columns = JSON.parse(`{ ${JSON.stringify(name)}: "string" }`) as Record<string, string>
    expect(() => modelOf({ relations }, { columns })).toThrow(`There is no column ${name}, for which a type was given`)
  })

  test('that say how a column is written are taken apart', () => {
    const text = textsOf(modelOf({ relations }, { columns: { 'public.users.name': 'ColumnType<A, B, C>' } }))[
      'users.name'
    ]
    const [read, written] = ['SelectType<ColumnType<A, B, C>>', 'InsertType<ColumnType<A, B, C>>']
    expect(text).toBe(`ColumnType<${read}, ${written}, ${written}>`)
  })

  test('are held against what the driver returns', () => {
    const model = modelOf({ relations }, { columns: { 'public.users.name': "'a'" } })
    expect(model.narrowings).toEqual([{ of: 'public.users.name', chosen: "SelectType<'a'>", returned: 'string' }])
  })

  test('instead of an enum leave the enum in the file, for it to be held against', () => {
    const relations = [table('t', [column('mood', 'public.mood')])]
    const model = modelOf({ relations, types: [enumType('mood', ['a', 'b'])] }, { columns: { 't.mood': "'a'" } })
    expect(model.types.map(({ name }) => name)).toEqual(['Mood'])
  })

  test('instead of a domain over JSON are held against JSON', () => {
    const types = [domain('settings', 'public.inner'), domain('inner', 'jsonb')]
    const model = modelOf(
      { relations: [table('t', [column('s', 'public.settings')])], types },
      { columns: { 't.s': 'S' } },
    )
    expect(model.narrowings[0]?.returned).toBe(defaultTypes.codecFor(3802)?.typescript.select)
  })

  test.each(['string; hack: number', 'A }', ''])('cannot be %j', (source) => {
    expect(() => modelOf({ relations }, { columns: { 'public.users.name': source } })).toThrow(/public\.users\.name/)
  })

  test('of a comment cannot leave their place', () => {
    const evil = 'x @type {"{" ; } ; export const evil = run() ; interface X { a: "}"}'
    expect(() => modelOf({ relations: [table('t', [column('a', 'text', { comment: evil })])] })).toThrow(/public\.t\.a/)
  })
})

describe('branded keys', () => {
  const branded = { brandedIds: true }

  test('are the key’s and those of what points to it', () => {
    const posts = table('posts', [column('author', 'int8', NULLABLE)], foreign({ author: 'users.id' }))
    const model = modelOf({ relations: [posts, users] }, branded)
    expect(textsOf(model)).toMatchObject({ 'users.id': 'UsersId', 'posts.author': 'UsersId | null' })
    expect(model.brands).toEqual([
      { name: 'UsersId', of: 'public.users.id', base: { select: '`${number}`', insert: 'string | number | bigint' } },
    ])
  })

  test('are of the key’s own type, and a column of another type has none', () => {
    const posts = table('posts', [column('author', 'int4')], foreign({ author: 'users.id' }))
    const model = modelOf({ relations: [posts, users] }, branded)
    expect(textsOf(model)).toMatchObject({ 'users.id': 'UsersId', 'posts.author': 'number' })
    expect(model.brands[0]?.base.select).toBe('`${number}`')
  })

  test('are also of another type that is read the same', () => {
    const posts = table('posts', [column('author', 'int4')], foreign({ author: 'users.id' }))
    const model = modelOf({ relations: [posts, users] }, branded, definePgTypes({ int8: 'number' }))
    expect(textsOf(model)['posts.author']).toBe('UsersId')
  })

  test('do not hide the type that was chosen for a key', () => {
    const posts = table('posts', [column('author', 'int8')], foreign({ author: 'users.id' }))
    const model = modelOf({ relations: [posts, users] }, { ...branded, columns: { 'users.id': 'OwnId' } })
    expect(textsOf(model)).toMatchObject({ 'users.id': 'OwnId', 'posts.author': 'Int8' })
  })

  test('may be counted by the server', () => {
    const counted = table('t', [column('id', 'int8', { identity: 'by default' })], primary('id'))
    const always = table('u', [column('id', 'int8', { identity: 'always' })], primary('id'))
    expect(textsOf(modelOf({ relations: [counted, always] }, branded))).toEqual({
      't.id': 'Generated<TId>',
      'u.id': 'GeneratedAlways<UId>',
    })
  })

  test('of a table that is left out are there all the same', () => {
    const posts = table('posts', [column('author', 'int8')], foreign({ author: 'users.id' }))
    const includes = ({ name }: { readonly name: string }): boolean => name === 'posts'
    expect(textsOf(modelOf({ relations: [posts, users] }, { ...branded, includes }))).toEqual({
      'posts.author': 'UsersId',
    })
  })

  test('have names that are free', () => {
    const model = modelOf({ relations: [users, table('users_id', [])] }, branded)
    expect(model.brands.map(({ name }) => name)).toEqual(['UsersId2'])
  })
})
