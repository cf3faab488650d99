import { expect, test } from 'vitest'

import type { ModelOptions } from '../model/model-options.ts'
import {
  argumentsOf,
  type catalogOf,
  column,
  composite,
  domain,
  enumType,
  modelOf,
  primary,
  routine,
  table,
} from '../model/model.cases.ts'
import type { EmitOptions } from './emit-options.ts'
import { emitTypescript } from './emit-typescript.ts'

function textOf(parts: Parameters<typeof catalogOf>[0], options: ModelOptions & EmitOptions = {}): string {
  return emitTypescript(modelOf(parts, options), options)
}

const mood = enumType('mood', ['sad', 'ok'])
const moods = { relations: [table('t', [column('m', 'public.mood')])], types: [mood] }

test('between the parts of a file there is one empty line, with and without imports', () => {
  const full = textOf({ relations: [table('t', [column('a', 'int8')])] }, { keys: true, routines: true })
  expect(full).toContain("import type { ColumnType } from 'kysely'")
  for (const text of [textOf({}), textOf(moods, { enumValues: true }), full]) {
    expect(text).not.toMatch(/\n\n\n/)
    expect(text).toMatch(/^\/\*\*[^]*[^\n]\n$/)
  }
  expect(textOf({})).not.toContain('import')
})

test('imports are of what the code has, and not of what quotes and comments say', () => {
  const said = 'ColumnType<A>, Generated<B>, SelectType<C>'
  const relations = [table('t', [column('m', 'public.mood', { comment: said })], { comment: said })]
  const label = "import('kysely-pgwire/types').Range ColumnType<x"
  const text = textOf({ relations, types: [enumType('mood', [said, label])] }, { enumValues: true })
  expect(text).not.toMatch(/^import /m)
  expect(text).not.toContain('export type Generated')
  expect(text).toContain(`export const MoodValues = ${JSON.stringify([said, label]).replace(',"', ', "')} as const`)
})

test('an enum is a union, and a tuple beside it on request', () => {
  expect(textOf(moods)).toContain('export type Mood = "sad" | "ok"\n')
  expect(textOf(moods)).not.toContain('MoodValues')
  expect(textOf(moods, { enumValues: true })).toContain('export const MoodValues = ["sad", "ok"] as const\n')
})

test('brands are properties of their own: a domain over another is both', () => {
  const types = [domain('email', 'text'), domain('work_email', 'public.email')]
  const relations = [table('t', [column('id', 'public.work_email')], primary('id'))]
  const text = textOf({ relations, types }, { brandedDomains: true, brandedIds: true })
  expect(text).toContain('declare const brand: unique symbol\n')
  expect(text).toContain('export type Email = (string) & { readonly [brand]: { readonly "public.email": true } }')
  expect(text).toContain(
    'export type WorkEmail = (Email) & { readonly [brand]: { readonly "public.work_email": true } }',
  )
  expect(text).toContain('export type TId = (WorkEmail) & { readonly [brand]: { readonly "public.t.id": true } }')
  expect(textOf({ relations, types })).not.toContain('brand')
})

test('a composite is an interface whose fields may all be NULL, and be left out when it is written', () => {
  const relations = [table('t', [column('p', 'public.pair'), column('n', 'public.none')])]
  const text = textOf({ relations, types: [composite('pair', { a: 'int4' }), composite('none', {})] })
  expect(text).toContain('export interface Pair {\n  a: number | null\n}\n')
  expect(text).toContain('export interface PairInput {\n  a?: number | null | undefined\n}\n')
  expect(text).toContain('export type None = Record<string, never>\n')
})

test('of two fields with one name in camel case a value has the last', () => {
  const relations = [table('t', [column('p', 'public.pair')])]
  const text = textOf({ relations, types: [composite('pair', { aB: 'int4', a_b: 'text' })] }, { camelCase: true })
  expect(text).toContain('export interface Pair {\n  aB: string | null\n}\n')
  expect(text).toContain('  aB?: number | null | undefined\n  a_b?: string | null | undefined\n')
})

test('routines have a line for each of their parts, and overloads are told apart', () => {
  const routines = [
    routine('f', { ...argumentsOf('in a int4'), comment: 'the first' }),
    routine('f', { ...argumentsOf('in a text', 'in class text', 'variadic _ int4[]'), comment: 'the second' }),
    routine('only', { returnsSet: true }),
  ]
  const text = textOf({ routines }, { routines: true })
  expect(text).toContain(`  f:
    /** the first */
    | {
        kind: "function"
        arguments: [a: number | null]
        returns: number | null
        set: false
      }
    /** the second */
    | {
        kind: "function"
        arguments: [a: string | null, _class: string | null, ..._3: (number | null)[]]
        returns: number | null
        set: false
      }
  only: {
    kind: "function"
    arguments: []
    returns: number | null
    set: true
  }
`)
})

test('keys of a table with a name that objects have is one of the tables', async () => {
  const names = ['__proto__', 'constructor', 'plain']
  const relations = names.map((name) => table(name, [column('id', 'int4')], primary('id')))
  const text = textOf({ relations }, { keys: true })
  const { keys } = (await import(`data:text/javascript,${encodeURIComponent(javascriptOf(text))}`)) as { keys: object }
  expect(Object.keys(keys).sort()).toEqual(names.toSorted())
})

/** The constants alone. */
function javascriptOf(text: string): string {
  return text.slice(text.indexOf('export const keys')).replace('} as const', '}')
}

test('a type that was chosen is held against what is returned, and JSON against its part in JSON', () => {
  const relations = [table('t', [column('a', 'text'), column('j', 'jsonb')])]
  const text = textOf({ relations }, { columns: { 't.a': "'x'", 't.j': 'Settings' } })
  expect(text).toContain(`  "public.t.a": Narrows<SelectType<'x'>, string>\n`)
  expect(text).toContain('  "public.t.j": Narrows<SelectType<Settings>, JsonPart<SelectType<Settings>>>\n')
  expect(text).toContain("import type { SelectType } from 'kysely'")
})

test('a constant of an enum is no name for an import', () => {
  const parts = { relations: [table('t', [column('m', 'public.mood'), column('x', 'text')])], types: [mood] }
  const options = {
    columns: { 't.x': 'MoodValues' },
    customImports: { MoodValues: './m.ts' },
    reserved: ['MoodValues'],
  }
  expect(textOf(parts, options)).toContain("import type { MoodValues } from './m.ts'")
  expect(() => textOf(parts, { ...options, enumValues: true })).toThrow('The file has its own MoodValues.')
})

test('brands of things whose names have dots are not those of others', () => {
  const types = [domain('b.c', 'text', { schema: 'a' }), domain('c', 'text', { schema: 'a.b' })]
  const relations = [table('t', [column('one', 'a."b.c"'), column('other', '"a.b".c')])]
  const text = textOf({ relations, types }, { brandedDomains: true })
  expect(text).toContain(String.raw`readonly "a.\"b.c\"": true`)
  expect(text).toContain(String.raw`readonly "\"a.b\".c": true`)
})

test('what nobody would see is spelled', () => {
  const relations = [table('t', [column('a\u202eb', 'text', { comment: 'c\u2066d' })])]
  expect(textOf({ relations })).toContain(String.raw`"a\u{202e}b": string`)
  expect(textOf({ relations })).toContain(String.raw`/** c\u{2066}d */`)
})

test('equal models are equal files', () => {
  expect(textOf(moods, { enumValues: true })).toBe(textOf(structuredClone(moods), { enumValues: true }))
})
