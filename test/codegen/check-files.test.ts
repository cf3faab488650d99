/** Which files `check` reads, and what it makes of those that are not as they should be. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Kysely } from 'kysely'
import { PgwireDialect } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { CheckError } from '../../packages/codegen-preset/src/check/check-error.ts'
import { checkQueries } from '../../packages/codegen-preset/src/check/check-queries.ts'
import { errorFrom } from '../integration/error-from.ts'
import { type CheckFixture, checkFixture, PROVES_NOT_NULL, typescript } from './check-fixture.ts'

let fixture: CheckFixture

beforeAll(async () => {
  fixture = await checkFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** Wrong in its first column. */
const WRONG = 'sql<{ id: Date }>`select id from posts`'
const WRONG_ID = 'Column id can be number'

describe('files of SQL', () => {
  test('have their statements described, and compared where a type is stated', async () => {
    const text = `-- name: find
-- @type { id: number | null; title: Date }
-- @params [number, boolean]
select id, title from posts where id = $1 and title = $2;

select nothing from posts; -- name: nothing
-- @type import('./row.js').Row
select id from posts where id = $1;
create table t ();
`
    const { findings, unchecked, queries, checked } = await fixture.check({
      'a.sql': text,
      'row.ts': 'export interface Row { id: number | null }\n',
    })
    expect(findings).toEqual([
      expect.stringMatching(/^a\.sql:4:1 Parameter \$2 is text: its type is boolean, and the driver takes string/),
      expect.stringMatching(/^a\.sql:4:1 Column title can be string.*, which the type Date does not take$/),
      'a.sql:6:8 The server says: column "nothing" does not exist',
    ])
    expect(unchecked).toEqual([expect.stringMatching(/^a\.sql:9:1 Not checked: .*nothing else/)])
    expect({ queries, checked }).toEqual({ queries: 4, checked: 3 })
  })

  test('know of parameters that cannot be null', async () => {
    const text = (type: string): string => `-- @type { a: number }\n-- @params [${type}]\nselect $1::int4 as a`
    expect((await fixture.check({ 'a.sql': text('number') })).findings).toHaveLength(PROVES_NOT_NULL ? 0 : 1)
    expect((await fixture.check({ 'a.sql': text('number | null') })).findings).toHaveLength(1)
  })

  test('of which a statement has more parameters than are stated are wrong', async () => {
    const { findings } = await fixture.check({ 'a.sql': '-- @params [number]\nselect $1::int4, $2::int4' })
    expect(findings).toContainEqual(expect.stringContaining(`Parameter $2 is int4: Tuple type '[number]'`))
  })

  test('may be written for psql', async () => {
    const text = `\\set limit 1
copy posts from stdin;
1\tit's
\\.
create function f(a int) returns int begin atomic select a; select nothing; end;
select id from posts where id = :limit;
select (array[1, 2])[1:2], id::int4 from posts where title = :'title' \\gset
select nothing from posts;
`
    const { findings, unchecked } = await fixture.check({ 'a.sql': text })
    expect(findings).toEqual([expect.stringMatching(/^8:8 The server says: column "nothing" does not exist/)])
    expect(unchecked).toEqual([
      expect.stringMatching(/^2:1 Not checked: .*nothing else$/),
      '5:1 Not checked: it has statements in it',
      expect.stringMatching(/^6:33 Not checked: what :name stands for is not known/),
      expect.stringMatching(/^7:62 Not checked: what :name stands for is not known/),
    ])
  })

  test.each([
    ['\ufeffselect nothing from posts', '1:8'],
    ["\tselect 1;\r\n\tselect '💡', nothing\r\n from posts;", '2:15'],
  ])('%j has its error at %s', async (text, place) => {
    const { findings } = await fixture.check({ 'a.sql': text })
    expect(findings).toEqual([expect.stringContaining(`${place} The server says: column "nothing"`)])
  })

  describe('have types', () => {
    const typesOf = async (text: string, options?: object): Promise<unknown> => {
      const { statements } = await fixture.check({ 'a.sql': text }, options)
      return statements.map(({ line, column, parameters, row }) => [line, column, parameters, row])
    }
    const never = PROVES_NOT_NULL ? '' : ' | null'

    test('of their parameters and of their rows', async () => {
      const text = `select id, author_id, title as "the title" from posts where id = $2 and title = any($1);
delete from posts;
select nothing; create table t ();
  insert into posts values ($1, null, 'a') returning 1 as a, null as a`
      expect(await typesOf(text)).toEqual([
        [
          1,
          1,
          ["import('kysely-pgwire/types').PgArray<string> | null", 'number | null'],
          `{ id: number${never}; author_id: \`\${number}\` | null; "the title": string${never} }`,
        ],
        [2, 1, [], 'never'],
        [4, 3, ['number | null'], `{ a: number${never} | string | null }`],
      ])
    })

    test('which need no names', async () => {
      const text = 'select mood, score, home from users where mood = $1 and (home = $2 or age = $3)'
      const address = (name: string): string => `{ street: string | null; ${name}: number | null }`
      const row = (name: string): string =>
        `{ mood: "sad" | "ok"${never}; score: number${never}; home: ${address(name)} | null }`
      const [[, , parameters, written]] = (await typesOf(text.replace('home = $2 or ', 'mood = $2 or '))) as [
        [number, number, unknown, string],
      ]
      expect([parameters, written]).toEqual([
        ['"sad" | "ok" | null', '"sad" | "ok" | null', 'number | null'],
        row('zip_code'),
      ])
      expect(await typesOf('select mood, score, home from users', { camelCase: true })).toEqual([
        [1, 1, [], row('zipCode')],
      ])
    })

    test('that the statement passes with', async () => {
      const text = `select *, array[mood] as moods from users where id = $1 and mood = $2 and tags = $3`
      const { statements } = await fixture.check({ 'a.sql': text })
      const [{ parameters, row } = { parameters: [], row: null }] = statements
      const stated = `-- @params [${parameters.join(', ')}]\n-- @type ${row}\n${text}`
      expect(await fixture.check({ 'a.sql': stated })).toMatchObject({ findings: [], unchecked: [], checked: 1 })
    })
  })

  test.each(["select 'a", 'select 1; /*', 'select "a'])('%j is said not to be readable', async (text) => {
    const { findings } = await fixture.check({ 'a.sql': text })
    expect(findings).toEqual([expect.stringMatching(/ The file cannot be read: /)])
  })

  test.each(['}]) ; evil (', '{ id: number', '`', '/*'])('do not become other code by the type %j', async (type) => {
    const { findings } = await fixture.check({
      'a.sql': `-- @type ${type}\nselect 1`,
      'b.ts': typescript(`export const b = ${WRONG}`),
    })
    expect(findings[0]).toMatch(/^a\.sql:\d+:\d+ /)
    expect(findings.at(-1)).toContain(`b.ts:2:18 ${WRONG_ID}`)
  })
})

describe('files of TypeScript', () => {
  test.each(['a.ts', 'a.tsx', 'a.mts', 'a.cts'])('%s', async (name) => {
    const { findings } = await fixture.check({ [name]: typescript(`export const a = ${WRONG}`) })
    expect(findings).toEqual([expect.stringContaining(`2:18 ${WRONG_ID}`)])
  })

  test.each([
    ['with a byte order mark', `\ufeffimport { sql } from 'kysely'\nexport const a = ${WRONG}`],
    ['with other line breaks', `import { sql } from 'kysely'\r\nexport const a = ${WRONG}\r\n`],
    ['that silence the compiler', `// @ts-nocheck\nimport { sql } from 'kysely'; const a = ${WRONG}`],
    ['that silence the next line', `import { sql } from 'kysely'\n/* @ts-ignore */ export const a = ${WRONG}`],
    [
      'with errors of their own',
      `import { sql } from 'kysely'; let n: number = 'x'\nexport const a = [${WRONG}, nothing]`,
    ],
    [
      'that import what is not there',
      `import { sql } from 'kysely'; import nothing from './x'\nexport const a = [${WRONG}, nothing]`,
    ],
    [
      'whose types are named as ours',
      `import { sql } from 'kysely'; export type kyselyPgwireCheckCanary = 1\nexport const a = ${WRONG}`,
    ],
  ])('%s are checked', async (_, text) => {
    expect((await fixture.check({ 'a.ts': text })).findings).toEqual([expect.stringContaining(WRONG_ID)])
  })

  test.each([
    [
      'that the compiler cannot parse',
      `import { sql } from 'kysely'\nconst = ${WRONG}`,
      'TypeScript cannot read the file',
    ],
    [
      'whose templates have no end',
      `import { sql } from 'kysely'\n${WRONG} \``,
      'The file cannot be read: a template in it has no end',
    ],
    [
      'whose templates are nested without end',
      `import { sql } from 'kysely'\n${'`${'.repeat(50_000)}`,
      'The file cannot be read: templates in it are nested too deep',
    ],
  ])('%s are findings, and the others are checked', async (_, text, finding) => {
    const { findings } = await fixture.check({ 'a.ts': text, 'b.ts': typescript(`export const b = ${WRONG}`) })
    expect(findings).toEqual([expect.stringContaining(finding), expect.stringContaining(`b.ts:2:18 ${WRONG_ID}`)])
    expect(findings[0]).toMatch(/^a\.ts:/)
  })

  test('without templates of Kysely need no compiler', async () => {
    const files = { 'a.ts': 'export const a = sql`select`', 'tsconfig.json': 'no JSON' }
    expect(await fixture.check(files)).toMatchObject({ findings: [], queries: 0 })
  })
})

describe('projects', () => {
  test('are those that files belong to, with the types that they declare', async () => {
    const strict = (yes: boolean, more: object = {}): string =>
      JSON.stringify({ compilerOptions: { module: 'nodenext', strict: yes, types: [], skipLibCheck: true, ...more } })
    const { findings } = await fixture.check({
      'a/tsconfig.json': strict(true, { composite: true, incremental: true, tsBuildInfoFile: './x', outDir: 'dist' }),
      'a/global.d.ts': 'declare interface Post { id: string | null }\n',
      'a/src/a.ts': typescript('export const a = sql<Post>`select id from posts`'),
      'b/tsconfig.json': strict(false),
      'b/b.ts': typescript('export const b = sql<{ author_id: string }>`select author_id from posts`'),
    })
    expect(findings).toEqual([
      expect.stringMatching(/^a\/src\/a\.ts:2:18 Column id can be number/),
      expect.stringMatching(/^b\/b\.ts:2:18 Column author_id can be .*null, which the type string does not take$/),
    ])
  })

  test('can be named', async () => {
    const files = {
      'a.ts': typescript('export const a = sql<Post>`select id from posts`'),
      'other/tsconfig.json': JSON.stringify({ extends: '../tsconfig.json', include: ['*.d.ts'] }),
      'other/global.d.ts': 'declare interface Post { id: Date }\n',
    }
    const { findings } = await fixture.check(files, { project: 'other/tsconfig.json' })
    expect(findings).toEqual([expect.stringContaining(WRONG_ID)])
  })

  test.each([
    ['no JSON', /^TypeScript cannot (?:read|check)/],
    ['{ "extends": "./nothing.json" }', /^TypeScript cannot (?:read|check)/],
    ['{ "compilerOptions": { "module": "nothing" } }', /^TypeScript cannot (?:read|check)/],
  ])('that the compiler cannot read are errors: %s', async (text, message) => {
    const files = { 'a.ts': typescript(`export const a = ${WRONG}`), 'tsconfig.json': text }
    const error = await errorFrom(() => fixture.check(files))
    expect(error).toBeInstanceOf(CheckError)
    expect(error).toMatchObject({ message: expect.stringMatching(message) })
  })
})

describe('patterns', () => {
  const checked = async (...files: readonly string[]): Promise<number> => {
    const folder = join(fixture.folder, 'patterns')
    await mkdir(join(folder, 'node_modules/b'), { recursive: true })
    for (const name of ['[a].sql', 'b.d.ts', 'c.sql', 'd.txt', 'node_modules/b/e.sql']) {
      await writeFile(join(folder, name), name.endsWith('.sql') ? 'select 1;' : '')
    }
    return (await checkQueries(fixture.db, { files, cwd: folder })).files
  }

  test.each([
    [['**/*'], 2],
    [['*.sql', 'c.sql'], 2],
    [['[a].sql'], 1],
    [['node_modules/b/e.sql'], 1],
  ])('%j', async (patterns, count) => {
    expect(await checked(...patterns)).toBe(count)
  })

  test.each(['*.nothing', 'd.txt', 'b.d.ts', 'node_modules'])('%s matches none, which is an error', async (pattern) => {
    const error = await errorFrom(() => checked('c.sql', pattern))
    expect(error).toMatchObject({ name: 'CheckError', message: `No file of TypeScript or SQL matches ${pattern}` })
  })
})

test('a server that is not there is no finding', async () => {
  const dialect = new PgwireDialect({ connection: 'postgres://nobody@127.0.0.1:1/nothing' })
  await using db = new Kysely<unknown>({ dialect })
  const folder = join(fixture.folder, 'unreached')
  await mkdir(folder)
  await writeFile(join(folder, 'a.sql'), 'select 1')
  const error = await errorFrom(() => checkQueries(db, { files: ['a.sql'], cwd: folder }))
  expect(error).toMatchObject({ name: 'ConnectionError' })
})
