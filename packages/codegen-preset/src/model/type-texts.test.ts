import { changedCodec, definePgTypes, nodePostgresTypes } from 'kysely-pgwire/types'
import { describe, expect, test } from 'vitest'

import type { CatalogType } from '../catalog/catalog.ts'
import { column, composite, domain, enumType, modelOf, table, textsOf } from './model.cases.ts'
import type { Model } from './model.ts'

const RANGE = "import('kysely-pgwire/types').Range"
const ARRAY = "import('kysely-pgwire/types').PgArray"

function selected(type: string, types: readonly CatalogType[], dimensions = 1): string {
  // Nothing is written through it: what is left is what is read.
  const readonly = { insertable: false, updatable: false, deletable: false }
  const model = modelOf({ relations: [table('t', [column('c', type, { dimensions })], readonly)], types })
  return /^ReadOnly<(?<read>.*)>$/s.exec(textsOf(model)['t.c'] ?? '')?.groups?.['read'] ?? ''
}

const bodiesOf = (model: Model): Record<string, string> =>
  Object.fromEntries(model.types.map(({ name, body }) => [name, body.select]))

const span = { schema: 'public', name: 'span', kind: 'range', subtype: 'public.email', comment: null } as const

test.each([
  ['public.mood', [enumType('mood', ['a'])], 1, 'Mood'],
  ['public.mood[]', [enumType('mood', ['a'])], 2, '(Mood | null)[][]'],
  ['public.mood[]', [enumType('mood', ['a'])], 0, `${ARRAY}<Mood>`],
  ['public.email', [domain('email', 'text')], 1, 'Email'],
  ['public.span', [domain('email', 'text'), span], 1, `${RANGE}<Email>`],
  ['public.ints[]', [domain('ints', 'int4[]', { dimensions: 1 })], 1, '(Ints | null)[]'],
  ['char', [], 1, 'string'],
  ['bpchar', [], 1, 'string'],
  ['public.gone', [], 1, 'unknown'],
  ['anyelement', [], 1, 'unknown'],
  ['other.mood', [enumType('mood', ['a']), enumType('mood', ['b'], 'other')], 1, 'OtherMood'],
  // Called as a built-in type, and none.
  ['public.int4', [enumType('int4', ['a'])], 1, 'Int4'],
] as const)('%s is read as what the driver composes of its parts', (type, types, dimensions, text) => {
  expect(selected(type, types, dimensions)).toBe(text)
})

describe('what names stand for', () => {
  const bodies = (types: readonly CatalogType[]): Record<string, string> =>
    bodiesOf(modelOf({ relations: [table('t', [column('c', 'public.c')])], types }))

  test('a domain over arrays over a domain', () => {
    expect(
      bodies([domain('c', 'public.rows[]', { dimensions: 1 }), domain('rows', 'int4[]', { dimensions: 2 })]),
    ).toEqual({
      C: '(Rows | null)[]',
      Rows: '(number | null)[][]',
    })
  })

  test('an enum without labels', () => {
    expect(bodies([enumType('c', [])])).toEqual({ C: 'never' })
  })

  test('a label with quotes in it', () => {
    expect(bodies([enumType('c', [`it's "so"`])])).toEqual({ C: JSON.stringify(`it's "so"`) })
  })

  test('a composite has its fields, with the dimensions that were declared', () => {
    const types = [composite('c', { a: 'int8', b: 'public.inner' }), composite('inner', { d: 'text' })]
    const model = modelOf({ relations: [table('t', [column('c', 'public.c')])], types })
    const fields = model.types.find(({ name }) => name === 'C')!.fields!
    expect(fields.map(({ name, select, insert }) => [name, select, insert])).toEqual([
      ['a', '`${number}`', 'string | number | bigint'],
      ['b', 'Inner', 'InnerInput'],
    ])
  })
})

describe('codecs of the user’s own', () => {
  const types = [composite('addr', { street: 'text' }), domain('email', 'text'), enumType('mood', ['a'])]
  const own = (select: string): ReturnType<typeof definePgTypes> =>
    definePgTypes({
      byName: {
        'public.addr': (derived) => changedCodec(derived, { typescript: { select, insert: 'never' } }),
        email: (derived) => changedCodec(derived, { typescript: { select: "'x@y'", insert: 'string' } }),
        'other.mood': (derived) => changedCodec(derived, { typescript: { select: 'Other', insert: 'Other' } }),
      },
    })
  const all = [table('t', [column('a', 'public.addr'), column('e', 'public.email'), column('m', 'public.mood')])]

  test('say what they return: a composite is no longer its fields, whatever the text looks like', () => {
    const model = modelOf({ relations: all, types }, {}, own('{ line: string }'))
    expect(bodiesOf(model)).toEqual({ Addr: '{ line: string }', Email: "'x@y'", Mood: '"a"' })
    expect(model.types.map(({ fields }) => fields)).toEqual([null, null, null])
  })

  test('that change no text leave the fields', () => {
    const kept = definePgTypes({ byName: { 'public.addr': (derived) => derived } })
    const model = modelOf({ relations: all, types }, {}, kept)
    expect(model.types.find(({ name }) => name === 'Addr')?.fields).toHaveLength(1)
  })
})

test('what the driver reads as text is text here', () => {
  const types = [composite('addr', { street: 'text' }), enumType('mood', ['a'])]
  const model = modelOf(
    { relations: [table('t', [column('a', 'public.addr'), column('m', 'public.mood[]')])], types },
    {},
    nodePostgresTypes,
  )
  expect(bodiesOf(model)['Addr']).toMatch(/string|ServerText/)
  expect(model.types.every(({ fields }) => fields === null)).toBe(true)
})
