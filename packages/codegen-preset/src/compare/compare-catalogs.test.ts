import { expect, test } from 'vitest'

import type { Catalog } from '../catalog/catalog.ts'
import { compareCatalogs, matters } from './compare-catalogs.ts'
import { addr, column, mood, routine, small, table, users, withAge, withUsers } from './small-catalog.cases.ts'

const [id, email, age] = users.columns as [
  (typeof users.columns)[0],
  (typeof users.columns)[0],
  (typeof users.columns)[0],
]
const key = { name: 'users_pkey', columns: ['id'] }
const unique = { name: 'users_email_key', columns: ['email'], nullsNotDistinct: false }
const reference = { schema: 'public', name: 'users', columns: ['id'] }

function withLabels(...labels: readonly string[]): Catalog {
  return { ...small, types: [addr, { ...mood, labels } as typeof mood] }
}

function withFields(...fields: readonly { readonly name: string; readonly type: string }[]): Catalog {
  const whole = fields.map(({ name, type }) => ({ name, type, dimensions: 0, comment: null }))
  return { ...small, types: [{ ...addr, fields: whole } as typeof addr, mood] }
}

function withRoutine(more: Partial<typeof routine>): Catalog {
  return { ...small, routines: [{ ...routine, ...more }] }
}

const NEW = '(the database has it, the snapshot does not)'
const OLD = '(the snapshot has it, the database does not)'

const CHANGES: readonly (readonly [after: Catalog, ...sentences: string[]])[] = [
  [withAge({ type: 'citext' }), 'public.users.age: int4 → citext'],
  [withAge({ notNull: false, nullable: true }), 'public.users.age: can be NULL now'],
  [withAge({ nullable: true }), 'public.users.age: a NULL can be read now'],
  [withAge({ notNull: false }), 'public.users.age: NULL is accepted now'],
  [withAge({ hasDefault: true }), 'public.users.age: has a default now'],
  [withAge({ identity: 'by default' }), 'public.users.age: no identity → identity, by default'],
  [withAge({ generated: 'virtual' }), 'public.users.age: not generated → generated, virtual'],
  [withAge({ updatable: false }), 'public.users.age: cannot be written any more'],
  [withAge({ comment: 'years' }), 'public.users.age: has a comment now'],
  [withAge({ dimensions: 2 }), 'public.users.age: any number of dimensions → 2 dimensions'],
  [withUsers({ columns: [id, email] }), `public.users.age: column dropped, int4 ${OLD}`],
  [
    withUsers({ columns: [id, column('Name', 'text'), email, age] }),
    `public.users."Name": column added, text, between id and email ${NEW}`,
  ],
  [
    withUsers({ columns: [id, email, age, column('n', 'text')] }),
    `public.users.n: column added, text, behind age ${NEW}`,
  ],
  [
    withUsers({ columns: [column('n', 'text'), id, email, age] }),
    `public.users.n: column added, text, before id ${NEW}`,
  ],
  [
    withUsers({ columns: [id, column('mail', 'text'), age] }),
    `public.users.email: column dropped, text ${OLD}`,
    `public.users.mail: column added, text, between id and age ${NEW}; email, of the same type, was in its place`,
  ],
  [
    withUsers({ columns: [id, column('mail', 'citext'), age] }),
    `public.users.email: column dropped, text ${OLD}`,
    `public.users.mail: column added, citext, between id and age ${NEW}`,
  ],
  [
    withUsers({ columns: [email, id, age] }),
    'public.users: the columns are in another order: id, email, age → email, id, age',
  ],
  [withUsers({ kind: 'view' }), 'public.users: table → view'],
  [withUsers({ insertable: false }), 'public.users: rows cannot be inserted any more'],
  [withUsers({ partition: true }), 'public.users: is a partition now'],
  [withUsers({ primaryKey: key }), `public.users.users_pkey: primary key added, (id) ${NEW}`],
  [withUsers({ uniqueKeys: [unique] }), `public.users.users_email_key: unique key added, (email) ${NEW}`],
  [
    withUsers({ foreignKeys: [{ name: 'fk', columns: ['age'], references: reference }] }),
    `public.users.fk: foreign key added, (age) ${NEW}`,
  ],
  [{ ...small, relations: [users, table('posts', [])] }, `public.posts: table added ${NEW}`],
  [{ ...small, relations: [] }, `public.users: table dropped ${OLD}`],
  [
    withUsers({ name: 'people' }),
    `public.people: table added ${NEW}; public.users, with the same columns, is gone`,
    `public.users: table dropped ${OLD}`,
  ],
  [
    withUsers({ name: 'people', kind: 'view' }),
    `public.people: view added ${NEW}`,
    `public.users: table dropped ${OLD}`,
  ],
  [withLabels('sad', 'ok', 'meh', 'happy'), "public.mood: label 'meh' added between 'ok' and 'happy'"],
  [withLabels('sad', 'ok'), "public.mood: label 'happy' dropped"],
  [
    withLabels('sad', 'fine', 'happy'),
    "public.mood: label 'ok' dropped",
    "public.mood: label 'fine' added between 'sad' and 'happy'; 'ok' was in its place",
  ],
  [
    withLabels('ok', 'sad', 'happy'),
    "public.mood: the labels are in another order: 'sad', 'ok', 'happy' → 'ok', 'sad', 'happy'",
  ],
  [
    withFields({ name: 'street', type: 'text' }, { name: 'code', type: 'text' }),
    `public.addr.code: field added, text ${NEW}; zip, of the same type, was in its place`,
    `public.addr.zip: field dropped, text ${OLD}`,
  ],
  [
    withFields({ name: 'zip', type: 'int4' }, { name: 'street', type: 'text' }),
    'public.addr: the fields are in another order: street, zip → zip, street',
    'public.addr.zip: text → int4',
  ],
  [
    { ...small, types: [addr, { schema: 'public', name: 'mood', kind: 'range', subtype: 'int4', comment: null }] },
    'public.mood: enum → range',
  ],
  [{ ...small, types: [mood] }, `public.addr: composite dropped ${OLD}`],
  [withRoutine({ returns: null }), 'public.f(int4): returns text → nothing'],
  [
    withRoutine({ arguments: [{ ...routine.arguments[0]!, name: '' }] }),
    'public.f(int4): argument 1: called a → nothing',
  ],
  [
    withRoutine({ arguments: [...routine.arguments, { name: 'b', type: 'text', mode: 'out', hasDefault: false }] }),
    'public.f(int4): argument 2: added, out text',
  ],
  [
    withRoutine({ arguments: [{ ...routine.arguments[0]!, type: 'int8' }] }),
    `public.f(int4): function dropped ${OLD}`,
    `public.f(int8): function added ${NEW}`,
  ],
  [{ ...small, serverVersion: 18 }, 'server: PostgreSQL 17 → 18'],
]

test.each(CHANGES.map(([after, ...sentences]) => [sentences.join('; '), after, sentences] as const))(
  '%s',
  (_, after, sentences) => {
    expect(compareCatalogs(small, after).map(({ sentence }) => sentence)).toEqual(sentences)
  },
)

test('a change can be told by its subject, its kind and its path', () => {
  expect(compareCatalogs(small, withAge({ hasDefault: true }))).toEqual([
    {
      subject: 'column',
      kind: 'hasDefault',
      path: 'public.users.age',
      sentence: 'public.users.age: has a default now',
      effect: 'types',
    },
  ])
})

test('the sides have the names that they are given', () => {
  const [change] = compareCatalogs(small, { ...small, relations: [] }, { before: 'main', after: 'this branch' })
  expect(change?.sentence).toBe('public.users: table dropped (main has it, this branch does not)')
})

test.each<[string, Catalog, Catalog]>([
  ['the version of the server', small, { ...small, serverVersion: 18 }],
  ['a key', small, withUsers({ primaryKey: key })],
  [
    'a default of what may be left out anyway',
    withAge({ notNull: false, nullable: true }),
    withAge({ notNull: false, nullable: true, hasDefault: true }),
  ],
  ['the dimensions of what is no array', small, withAge({ dimensions: 1 })],
  ['whether rows can be deleted', small, withUsers({ deletable: false })],
  ['a function', small, withRoutine({ returns: 'int4' })],
  ['a table whose partition it is', withUsers({ partition: true }), { ...small, relations: [] }],
])('%s does not matter to the file', (_, before, after) => {
  expect(compareCatalogs(before, after).map((each) => matters(each))).toEqual([false])
})

test.each<[string, Catalog, boolean]>([
  ['a key', withUsers({ primaryKey: key }), true],
  ['the version of the server', { ...small, serverVersion: 18 }, false],
])('strictly, %s: %s', (_, after, strictly) => {
  expect(compareCatalogs(small, after).map((each) => matters(each, true))).toEqual([strictly])
})

test('what is generated decides what matters', () => {
  const keyed = compareCatalogs(small, withUsers({ primaryKey: key }), { keys: true })
  const branded = compareCatalogs(small, withUsers({ primaryKey: key }), { brandedIds: true })
  const routines = compareCatalogs(small, withRoutine({ returns: 'int4' }), { routines: true })
  const excluded = compareCatalogs(small, withAge({ type: 'text' }), { includes: ({ name }) => name !== 'users' })
  expect([keyed, branded, routines, excluded].map(([each]) => each?.effect)).toEqual([
    'types',
    'types',
    'types',
    'unseen',
  ])
})

test('names cannot write to the terminal', () => {
  const [change] = compareCatalogs(small, { ...small, relations: [users, table('a\n\u001b[31m\u202e', [])] })
  expect(change?.sentence).toMatch(/^public\."a\\u\{a\}\\u\{1b\}\[31m\\u\{202e\}": table added/)
  expect(change?.path).toBe('public."a\n\u001b[31m\u202e"')
})
