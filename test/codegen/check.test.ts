/** What `check` finds in templates of Kysely's `sql`, against a server. */
import { definePgTypes } from 'kysely-pgwire/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type CheckFixture, checkFixture, PROVES_NOT_NULL, typescript } from './check-fixture.ts'

let fixture: CheckFixture

beforeAll(async () => {
  fixture = await checkFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** The findings in a file whose second line is a template of this type, without their places. */
async function findingsOf(type: string, query: string, ...before: readonly string[]): Promise<string[]> {
  const files = { 'a.ts': typescript(...before, `export const query = sql<${type}>\`${query}\``) }
  const { findings, unchecked } = await fixture.check(files)
  expect(unchecked).toEqual([])
  return findings.map((finding) => finding.replace(/^\S+ /, ''))
}

describe('the type of a row', () => {
  test.each([
    ['all columns', '{ id: string; name: string; email: string | null }', 'select id, name, email from users'],
    ['more than is returned', '{ id: unknown; name: string | number | null }', 'select id, name from users'],
    ['an enum', `{ mood: 'sad' | 'ok' }`, 'select mood from users'],
    ['a composite', '{ home: { street: string | null; zip_code: number | null } | null }', 'select home from users'],
    ['a domain', '{ score: number }', 'select score from users'],
    ['an array', '{ tags: (string | null)[] }', 'select tags from users'],
    ['an array of more dimensions', '{ tags: (string | null)[][] }', 'select tags from users'],
    ['a domain of JSON', '{ document: { dark: boolean } | null }', 'select null::document as document'],
    ['an array of JSON', '{ list: ({ dark: boolean } | null)[] }', 'select array[settings] as list from users'],
    ['JSON of a known shape', '{ settings: { dark: boolean } }', 'select settings from users'],
    ['a branded id', `{ id: \`\${number}\` & { readonly brand: 'user' } }`, 'select id from users'],
    ['a record', 'Record<string, unknown>', 'select id, name from users'],
    ['what is returned', '{ id: string }', "insert into posts (id, title) values (1, 'a') returning id::text"],
    ['nothing', 'never', 'delete from posts'],
    ['optional keys', '{ id: number; title?: string; author_id?: string | null }', 'select id, title from posts'],
    ['a union', '{ a: number } | { a: null }', 'select null::int4 as a'],
  ])('takes %s', async (_, type, query) => {
    const findings = await findingsOf(type, query)
    // Below, every column can be NULL.
    if (PROVES_NOT_NULL) expect(findings).toEqual([])
    else for (const finding of findings) expect(finding).toContain('null')
  })

  test.each([
    ['a column of another type', '{ n: string | null }', 'select age + 1 as n from users', 'Column n can be number'],
    [
      'an array of what no JSON is',
      '{ list: (Date | null)[] }',
      'select array[settings] as list from users',
      'Column list can be',
    ],
    [
      'JSON whose elements can be NULL',
      '{ list: { dark: boolean }[] | null }',
      'select array[settings] as list from users',
      'Column list can be ({ dark: boolean; } | null)[]',
    ],
    ['a domain of JSON that no JSON is', '{ d: Date | null }', 'select null::document as d', 'Column d can be'],
    ['JSON that no JSON is', '{ settings: Date | null }', 'select settings from users', 'Column settings can be Json'],
    [
      'elements that can be NULL',
      '{ tags: string[] | null }',
      'select tags from users',
      'Column tags can be (string | null)[]',
    ],
    ['a label too few', `{ mood: 'sad' | null }`, 'select mood from users', 'Column mood can be Mood'],
    ['a literal', '{ name: "x" | null }', 'select name from users', 'Column name can be string'],
    [
      'fields of a composite that can be NULL',
      '{ home: { street: string; zip_code: number | null } | null }',
      'select home from users',
      'Column home can be',
    ],
    ['two columns of one name', '{ a: number | null }', `select 1 as a, 'x' as a`, 'Column a can be'],
    [
      'a union of which no part is always right',
      `{ a: 1; b: number | null } | { a: 2; b: number | null }`,
      'select id as a, id as b from posts',
      'Column a can be number',
    ],
    [
      'columns that depend on each other',
      '{ a: number; b: null } | { a: null; b: number }',
      'select age as a, age as b from users',
      'A row can be',
    ],
  ])('does not take %s', async (_, type, query, finding) => {
    const findings = await findingsOf(type, query)
    expect(findings).toEqual([expect.stringContaining(finding)])
  })

  test('does not take what can be NULL by a join', async () => {
    const join = (kind: string): string => `select p.id, u.name from posts p ${kind} join users u on u.id = p.author_id`
    const type = '{ id: number; name: string }'
    const nullable = (name: string, text: string): string =>
      `Column ${name} can be ${text} | null, which the type ${text} does not take`
    const id = PROVES_NOT_NULL ? [] : [nullable('id', 'number')]
    expect(await findingsOf(type, join('left'))).toEqual([...id, nullable('name', 'string')])
    expect(await findingsOf(type, join('inner'))).toEqual(PROVES_NOT_NULL ? [] : [...id, nullable('name', 'string')])
  })

  test('names what is missing and what is more', async () => {
    expect(
      await findingsOf('{ id: number | null; email: string; phone: string }', 'select id, title from posts'),
    ).toEqual([
      'The query returns title, which the type does not have',
      'The type has "email" | "phone", which the query does not return',
    ])
    expect(await findingsOf('{ id: number }', 'delete from posts')).toEqual([
      'The type has "id", which the query does not return',
    ])
  })

  test('may be local, generic, imported, or the one that something else has', async () => {
    const { findings, unchecked } = await fixture.check({
      'types.ts': 'export interface Post { id: string | null }\n',
      'nested/a.ts': typescript(
        `import type { Post } from '../types.js'`,
        'type Row<T> = { id: T | null }',
        'export function a(): unknown {',
        '  interface Local { id: string | null }',
        '  const like = { id: null as string | null }',
        '  return [sql<Local>`select id from posts`, sql<Post>`select id from posts`,',
        '    sql<Row<string>>`select id from posts`, sql<typeof like>`select id from posts`]',
        '}',
        'export class B<T> { b = sql<Row<T>>`select id from posts` }',
      ),
    })
    expect(unchecked).toEqual([])
    expect(findings.map((finding) => /^\S+/.exec(finding)?.[0])).toEqual([
      'nested/a.ts:7:11',
      'nested/a.ts:7:45',
      'nested/a.ts:8:5',
      'nested/a.ts:8:45',
      'nested/a.ts:10:25',
    ])
  })

  test('has to be one', async () => {
    expect(await findingsOf('Unheard', 'select id from posts')).toEqual([`Cannot find name 'Unheard'.`])
  })
})

describe('parameters', () => {
  const parameters = async (type: string, query: string): Promise<unknown> => {
    const body = `export const query = (a: ${type}) => sql\`${query}\``
    const { findings, unchecked } = await fixture.check({ 'a.ts': typescript(body) })
    return [...findings, ...unchecked].map((finding) => finding.replace(/^\S+ /, ''))
  }

  test.each([
    ['number', 'select id from posts where id = ${a}'],
    ['bigint | string | null', 'select id from users where id = ${a}'],
    [`'sad'`, 'select id from users where mood = ${a}'],
    ['Date', 'select id from users where created_at > ${/* since */ a // for ever\n}'],
    ['string[]', 'select id from posts where title = any(${a})'],
    ['string[][]', 'select id from posts where title = any(${a})'],
    ['(string | null)[]', 'select id from users where tags = ${a}'],
    ['{ b: number }', 'select id from posts where id = ${a.b} or id = ${{ ...a }.b}'],
    ['{ dark: boolean }', 'update users set settings = ${a}'],
    ['number', 'select id from ${sql.table("posts")} where ${sql.ref("id")} in (${sql.join([a, 1, sql.val(a)])})'],
  ])('%s fits %s', async (type, query) => {
    expect(await parameters(type, query)).toEqual([])
  })

  test.each([
    [
      'string',
      'select id from posts where id = ${a}',
      'Parameter $1 is int4: its type is string, and the driver takes number',
    ],
    ['undefined', 'select id from posts where id = ${a}', 'Parameter $1 is int4: its type is undefined'],
    [
      'string',
      'select 1 from users where name = ${a} and mood = ${a}',
      'Parameter $2 is public.mood: its type is string',
    ],
    ['string[][] | number[]', 'select id from posts where title = any(${a})', 'Parameter $1 is text[]: its type is'],
    ['number[]', 'select id from posts where title = any(${a})', 'Parameter $1 is text[]: its type is number[]'],
    ['unknown', 'select id from posts where id = ${a}', 'Parameter $1 is int4: its type is unknown'],
    ['Date', 'select id from posts where id in (${sql.join([1, a])})', 'Parameter $2 is int4: its type is Date'],
    ['any', 'select id from posts where id = ${a}', 'Not checked: parameter $1 is of type any'],
  ])('%s is said not to fit %s', async (type, query, finding) => {
    expect(await parameters(type, query)).toEqual([expect.stringContaining(finding)])
  })

  test('of a type parameter are what the type parameter extends', async () => {
    const { findings, unchecked } = await fixture.check({
      'a.ts': [
        `import { type RawBuilder, sql } from 'kysely'`,
        'export const a = <T extends RawBuilder<unknown>>(t: T) => sql`select id from posts ${t}`',
        'export const b = <T extends number>(t: T) => sql`select id from posts where id = ${t}`',
        'export const c = <T extends Date>(t: T) => sql`select id from posts where id = ${t}`',
      ].join('\n'),
    })
    expect(unchecked).toEqual([expect.stringMatching(/^2:\d+ Not checked: a part of the query is made elsewhere$/)])
    expect(findings).toEqual([expect.stringMatching(/^4:\d+ Parameter \$1 is int4: its type is T/)])
  })

  test('are found at their places', async () => {
    const { findings } = await fixture.check({
      'a.ts': typescript(
        'export const query = (a: Date) => sql`',
        '  select id from posts',
        '  where id = ${ a }',
        '`',
      ),
    })
    expect(findings).toEqual([expect.stringMatching(/^4:17 Parameter \$1/)])
  })

  test('that cannot be null prove that a column cannot', async () => {
    const body = (type: string): string =>
      typescript(`export const query = (a: ${type}) => sql<{ a: number }>\`select \${a}::int4 as a\``)
    expect((await fixture.check({ 'a.ts': body('number') })).findings).toHaveLength(PROVES_NOT_NULL ? 0 : 1)
    expect((await fixture.check({ 'a.ts': body('number | null') })).findings).toHaveLength(1)
  })
})

describe('what the server refuses', () => {
  test.each([
    ['select id frm posts where true', '2:36 The server says: syntax error at or near "posts"'],
    ['select id from postz', '2:37 The server says: relation "postz" does not exist'],
    ['select 💡, ${1} from posts', '2:29 The server says: column "💡" does not exist'],
    [String.raw`select \n\x20 nothing`, '2:36 The server says: column "nothing" does not exist'],
    ['select ${sql`nothing`} from posts', '2:35 The server says: column "nothing" does not exist'],
    ['select ${sql.ref("nothing")} from posts', '2:31 The server says: column "nothing" does not exist'],
    [`select 'x'::int4`, '2:29 The server says: invalid input syntax for type integer: "x"'],
  ])('%s', async (query, finding) => {
    const { findings } = await fixture.check({ 'a.ts': typescript(`export const a = sql\`${query}\``) })
    expect(findings).toEqual([expect.stringContaining(finding)])
  })
})

describe('fragments', () => {
  test('that stand alone as a value are compared', async () => {
    const value = PROVES_NOT_NULL ? [] : [expect.stringContaining('null')]
    expect(await findingsOf('string', 'count(*)')).toEqual(value)
    expect(await findingsOf('number', 'count(*)')).toEqual([
      expect.stringMatching(/^The value can be `\$\{number\}`.*, which the type number does not take$/),
    ])
    expect(await findingsOf('string | null', "(lower('A'))")).toEqual([])
  })

  test.each([
    ['`age + 1`', 'it does not stand alone as a value: column "age" does not exist'],
    ['`asc nulls last`', 'it does not stand alone as a value: '],
    ['`create table a ()`', 'it does not stand alone as a value: '],
    ['`1, 2`', 'it is not one value'],
    ['``', 'it is empty'],
    ['`(${1})`', 'what type a parameter has depends on where it stands'],
    ['`select 1; select 2`', 'it is more than one'],
    ['`select ${sql.ref(name)}`', 'what sql.ref makes is not written out'],
    ['`select ${part} from posts`', 'a part of the query is made elsewhere'],
    ['`select ${null as null | typeof part}`', 'a part of the query is made elsewhere'],
    ['`select ${(eb: { ref(name: string): unknown }) => eb.ref(name)}`', 'a part of the query is made elsewhere'],
    ['`update`', 'it does not stand alone as a value: '],
    ['`with ordinality as t (n)`', 'it does not stand alone as a value: '],
    ['`with ties`', 'it does not stand alone as a value: '],
    ['`values`', 'it does not stand alone as a value: '],
  ])('%s is said not to be checked', async (template, reason) => {
    const { findings, unchecked, queries, checked } = await fixture.check({
      'a.ts': typescript('const part = sql`1`', `export const a = (name: string) => [part, name, sql<1>${template}]`),
    })
    expect({ findings, queries, checked }).toEqual({ findings: [], queries: 2, checked: 1 })
    expect(unchecked).toEqual([expect.stringMatching(/^3:\d+ Not checked: /)])
    expect(unchecked[0]).toContain(reason)
  })

  test('within a query are a part of it, and compared where they have a type', async () => {
    const { findings, unchecked, queries } = await fixture.check({
      'a.ts': typescript(
        'export const a = (id: Date) => sql<{ n: string | null }>`',
        '  select ${sql<number | null>`count(*)`} as n, ${sql`now()`} from posts where ${sql`id = ${id}`}',
        '`',
      ),
    })
    expect({ unchecked, queries }).toEqual({ unchecked: [], queries: 2 })
    expect(findings).toEqual([
      expect.stringMatching(/^2:32 The query returns now, which the type does not have$/),
      expect.stringMatching(/^3:12 The value can be `\$\{number\}`/),
      expect.stringMatching(/^3:92 Parameter \$1 is int4/),
    ])
  })
})

describe('the tag', () => {
  const WRONG = '<{ id: Date }>`select id from posts`'
  const found = (at: string): unknown => expect.stringMatching(new RegExp(`^${at} Column id can be number`))

  test('may be passed on by other modules, under any name', async () => {
    const { findings, unchecked, queries } = await fixture.check({
      'db.ts': `export { sql as default, sql } from 'kysely'\nexport * as k from 'kysely'\nexport const css = String.raw\n`,
      'all.ts': `export * from './db.js'\nimport s from './db.js'\nexport const tools = { sql: s }\n`,
      'a.ts': [
        `import s from './db.js'; import { css, k, sql as q, tools } from './all.js'; import * as all from './all.js'`,
        `export const a = [s${WRONG}, q${WRONG}, k.sql${WRONG}, all.sql${WRONG}, tools.sql${WRONG},`,
        `  css\`\${q${WRONG}} select\`,`,
        "  q`select ${q.ref('nothing')} from posts`, q`select ${css`x`}::text`]",
      ].join('\n'),
    })
    expect(unchecked).toEqual([])
    expect(queries).toBe(8)
    expect(findings).toEqual([
      ...[19, 58, 97, 140, 185].map((column) => found(`a\\.ts:2:${column}`)),
      found('a\\.ts:3:9'),
      expect.stringContaining('a.ts:4:14 The server says: column "nothing" does not exist'),
    ])
  })

  test('of a module that is not found is not taken for it', async () => {
    const { findings, queries } = await fixture.check({
      'a.ts': `import { css } from './gone.js'\nimport { sql } from 'kysely'\nexport const a = [css\`select\`, sql\`select 1\`]`,
    })
    expect({ findings, queries }).toEqual({ findings: [], queries: 1 })
  })

  test('of a module that is not found is said not to be checked, if its name is sql', async () => {
    const imports = `import { sql } from '@/gone'\nimport * as db from '@/gone'\n`
    const { findings, unchecked, queries, checked } = await fixture.check({
      'a.ts': `${imports}export const a = [sql${WRONG}, db.sql\`select \${sql\`1\`}\`]`,
    })
    const reason =
      'Not checked: whose sql this is, the compiler does not know: its module is not found, or has no types'
    expect({ findings, queries, checked }).toEqual({ findings: [], queries: 2, checked: 0 })
    expect(unchecked).toEqual([`3:19 ${reason}`, `3:60 ${reason}`])
  })

  test('may be hidden by something else of its name', async () => {
    const body = 'export const a = (sql: (parts: TemplateStringsArray) => string) => sql`select nothing`'
    expect(await fixture.check({ 'a.ts': typescript(body) })).toMatchObject({ findings: [], queries: 0 })
    const { findings, queries } = await fixture.check({
      'db.ts': `export { sql } from 'kysely'\n`,
      'a.ts': `import { sql } from './db.js'\nexport const b = sql${WRONG}\n${body}\n`,
    })
    expect({ findings, queries }).toEqual({ findings: [found('a\\.ts:2:18')], queries: 1 })
  })

  test('of another module in a file that is no TypeScript is not passed over', async () => {
    const { findings } = await fixture.check({ 'a.ts': `import { sql } from './db.js'\nconst = sql${WRONG}` })
    expect(findings).toEqual([expect.stringContaining('TypeScript cannot read the file')])
  })
})

test('a query within a query is of rows, or of the value that it stands for', async () => {
  const within = (type: string, query = 'select id from posts limit 1'): string => `(\${sql<${type}>\`${query}\`})`
  const { findings, unchecked } = await fixture.check({
    'a.ts': typescript(
      `export const a = sql\`select ${within('number | null')} as a, ${within('{ id: number | null }')} as b\``,
      `export const c = sql\`select ${within('Date | null')} as c\``,
      `export const d = sql\`select 1 where exists ${within('{ id: Date }')}\``,
      `export const e = sql\`select 1 where exists ${within('object', 'select id, title from posts')}\``,
    ),
  })
  expect(unchecked).toEqual([])
  expect(findings).toEqual([
    expect.stringMatching(/^3:\d+ The value can be number \| null, which the type Date \| null does not take$/),
    expect.stringMatching(/^4:\d+ Column id can be number/),
    expect.stringMatching(/^5:\d+ The query returns id, which the type does not have$/),
    expect.stringMatching(/^5:\d+ The query returns title, which the type does not have$/),
  ])
})

test('a type that says nothing is said not to be checked', async () => {
  const { findings, unchecked } = await fixture.check({
    'a.ts': typescript(
      'export const a = [sql<any>`select 1`, sql<unknown>`select 1`]',
      'export const b = <T>(): T => sql<T>`select 1` as T',
    ),
  })
  expect(findings).toEqual([])
  expect(unchecked).toEqual([
    '2:19 Not checked: its type is any or unknown, which says nothing',
    '2:39 Not checked: its type is any or unknown, which says nothing',
    '3:30 Not checked: its type is what somebody else will say, a type parameter',
  ])
})

test('the types are those of the profile', async () => {
  const body = 'export const a = (id: bigint) => sql<{ id: bigint | null }>`select id from users where id = ${id}`'
  const files = { 'a.ts': typescript(body) }
  expect((await fixture.check(files, { types: definePgTypes({ int8: 'bigint' }) })).findings).toEqual([])
  expect((await fixture.check(files)).findings).toEqual([expect.stringContaining('Column id can be')])
})

test('with the CamelCasePlugin, names are those that it makes', async () => {
  const row = '{ authorId: string | null; home: { street: string | null; zipCode: number | null } | null }'
  const body = `export const a = sql<${row}>\`select \${sql.ref('authorId')}, home from posts, users\``
  const { findings } = await fixture.check({ 'a.ts': typescript(body) }, { camelCase: true })
  expect(findings).toEqual([])
})

test('nothing is executed, and nothing stays', async () => {
  await fixture.check({
    'a.ts': typescript(
      `export const a = sql<{ id: number | null }>\`insert into posts values (1, null, 'a') returning id\``,
    ),
  })
  const { sql } = await import('kysely')
  const { rows } = await sql`select * from posts`.execute(fixture.db)
  expect(rows).toEqual([])
})
