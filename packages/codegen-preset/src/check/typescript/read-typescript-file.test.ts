import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { expect, test } from 'vitest'

import type { QueryFile } from '../query-file.ts'
import { readTypescriptFile } from './read-typescript-file.ts'
import { sqlPieces } from './sql-pieces.ts'

const db = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (of) => new PostgresIntrospector(of),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

function read(
  body: string,
  options: { readonly imports?: string; readonly path?: string; readonly camelCase?: boolean } = {},
): QueryFile {
  const { imports = `import { sql } from 'kysely'`, path = 'a.ts', camelCase = false } = options
  return readTypescriptFile(path, `${imports}\n${body}`, sqlPieces(db, camelCase))
}

function queries(file: QueryFile): string[] {
  return file.queries.map(({ text, type }) => `${type === null ? '' : `${type}: `}${text.unclear ?? text.sql}`)
}

test.each([
  ['sql`select 1`', ['select 1']],
  ['sql<User>`select 1`', ['User: select 1']],
  [
    'sql<{ a: Array<Map<string, number>>; b: () => void }> `select 1`',
    ['{ a: Array<Map<string, number>>; b: () => void }: select 1'],
  ],
  ['sql</* one */ A>\n`x`', ['/* one */ A: x']],
  ['sql<`a${"b"}`>`x`', ['`a${"b"}`: x']],
  ['other.sql`x`; this.sql`x`; mysql`x`; sql.lit`x`', []],
  ['a < sql > `x`', []],
  ['"sql`x`"; /sql`x`/; // sql`x`', []],
  ['sql`select ${id} + ${f({ a: `}` })}`', ['select $1 + $2']],
  ['sql`a ${sql`b ${c} ${sql<number>`d ${e}`}`} ${f}`', ['a b $1 d $2 $3', 'b $1 d $2', 'number: d $1']],
  ['f`a ${sql`b`}`', ['b']],
  ['sql`${sql.ref("a.b")} ${sql.table("s.t")} ${sql.id("x", `y"z`)}`', ['"a"."b" "s"."t" "x"."y""z"']],
  [`sql\`\${sql.lit('it''s')}\``, ['what sql.lit makes is not written out']],
  [
    String.raw`sql${'`'}${'${'}sql.lit('it\'s')} ${'${'}sql.lit(-1.5)} ${'${'}sql.lit(true)} ${'${'}sql.lit(null)}${'`'}`,
    [`'it''s' -1.5 true null`],
  ],
  ['sql`${sql.raw("now()")} ${sql.val(x)}`', ['now() $1']],
  ['sql`${sql.ref(name)}`', ['what sql.ref makes is not written out']],
  ['sql`${sql.table(`a${b}`)}`', ['what sql.table makes is not written out']],
  ['sql`${sql.unheard("a")}`', ['what sql.unheard makes is not written out']],
  ['sql`(${sql.join([a, sql`b`, f(1, [2, 3])])})`', ['($1, b, $2)', 'b']],
  ['sql`${sql.join([a, b], sql` and `)}`', ['$1 and $2', ' and ']],
  ['sql`${sql.join(list)} ${sql.join([...list])}`', ['what sql.join joins is not written out']],
  ['sql`${sql.ref("a").as("b")} ${sql.ref}`', ['$1 $2']],
  ['sql`a\\n\\`b\\``', ['a\n`b`']],
  ['sql`a\\u{`', ['it has an escape that is none']],
])('%s', (body, expected) => {
  expect(queries(read(body))).toEqual(expected)
})

test.each([
  ['import { sql as raw } from "kysely"', 'raw`1`; sql`2`', ['1']],
  [`import { type Kysely, sql, type Sql } from 'kysely'`, 'sql`1`', ['1']],
  [`import Default, { sql } from 'kysely'`, 'sql`1`', ['1']],
  [
    `import * as kysely from 'kysely'`,
    'kysely.sql<T>`1`; a.kysely.sql`2`; sql`3`; kysely.sql`${kysely.sql.ref("a")}`',
    ['T: 1', '"a"'],
  ],
  [`import { sql } from 'slonik'`, 'sql`1`', []],
  [`import { other as sql } from 'kysely'`, 'sql`1`', []],
  ['', 'sql`1`', []],
])('%s', (imports, body, expected) => {
  expect(queries(read(body, { imports }))).toEqual(expected)
})

test('names are those that the CamelCasePlugin makes', () => {
  expect(queries(read('sql`${sql.ref("users.createdAt")}`', { camelCase: true }))).toEqual(['"users"."created_at"'])
})

test('a position of the server is found in the file, behind escapes, parameters and nested templates', () => {
  const file = read('sql`💡 \\n ${a} ${sql`nested`} wrong`')
  const { sql, offsetAt } = file.queries[0]!.text
  for (const word of ['nested', 'wrong']) {
    const position = Array.from(sql.slice(0, sql.indexOf(word))).length + 1
    expect(file.text.slice(offsetAt(position)).startsWith(word)).toBe(true)
  }
  expect(offsetAt(10_000)).toBe(file.text.lastIndexOf('`'))
})

test('what would silence the compiler is taken out, and no other character', () => {
  const { module, text } = read('// @ts-nocheck\nsql`${/* @ts-ignore */ a} @ts-ignore`')
  expect(module!.text).toBe(text.replace('@ts-nocheck', '@ts_nocheck').replace('@ts-ignore', '@ts_ignore'))
})

test('a file that cannot be taken apart is a problem, if it has to do with Kysely', () => {
  expect(read('sql`a').problems).toEqual([{ at: 32, text: 'The file cannot be read: a template in it has no end' }])
  expect(read('sql`a', { imports: '' }).problems).toEqual([])
})

test('text between tags hides no template', () => {
  const { problems, queries: found } = read("<p>it's {sql`x`}, isn't it</p>", { path: 'a.tsx' })
  expect([problems.length, found.length]).toEqual([1, 0])
  expect(read("<p>it's</p>; sql`x`", { path: 'a.tsx' })).toMatchObject({ problems: [], queries: [{ type: null }] })
})

test.each([
  [`import { sql } from 'kysely'`, ['sql']],
  [`import type T, { type A, sql as q } from "kysely"`, ['q']],
  [`import { "sql" as s } from 'kysely'`, ['s']],
  [`import * as k from 'kysely'`, ['k.sql']],
  [`import k = require('kysely')`, ['k.sql']],
  [`const { sql: q, Kysely } = await import('kysely')`, ['q']],
  [`const k = await import('kysely')`, ['k.sql']],
  [`export { sql } from 'kysely'`, []],
  [`const sql = 1; from; 'kysely'`, []],
])('%s makes %j a tag', (imports, tags) => {
  const body = ['sql', 'q', 's', 'k.sql'].map((tag) => `${tag}\`x\``).join('; ')
  expect(read(body, { imports }).queries.map(({ tag }) => tag)).toEqual(tags)
})

test('tags of other modules are only possible ones, until they are known', () => {
  const text = `import { sql as q } from './db.js'; import db, { css } from './db.js'; q\`a\${q\`b\`}\`; db.sql\`c\`; css\`d\`; x\`e\``
  const file = readTypescriptFile('a.ts', text, sqlPieces(db, false))
  expect(file.queries).toEqual([])
  expect(file.possibleTags.map(({ tag }) => tag)).toEqual(['q', 'q', 'db.sql', 'css'])
  for (const { slot } of file.possibleTags) expect(text[slot]).toBe('`')
  expect(queries(readTypescriptFile('a.ts', text, sqlPieces(db, false), ['q', 'db.sql']))).toEqual(['ab', 'b', 'c'])
})

test('a type of many members is one', () => {
  const members = Array.from({ length: 500 }, (_, index) => `a${index}: number | null`).join('; ')
  expect(read(`sql<{ ${members} }>\`x\``).queries.map(({ type }) => type)).toEqual([`{ ${members} }`])
})
