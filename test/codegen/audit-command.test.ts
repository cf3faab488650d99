import { createGenerator } from 'kysely-pgwire-codegen'
import { definePgTypes } from 'kysely-pgwire/types'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'
import { Folder, run } from './cli-fixture.ts'

const server = sharedServer()
let database: TestDatabase

beforeAll(async () => {
  database = await server.createDatabase()
  const script = `
    create table lists (id bigint, l int[], j jsonb);
    insert into lists values (1, '{1}', '{"secret":1}'), (2, '{{1}}', '{"secret":2}');
    create table fine (l text[]);
    create table odd (d date not null);
    alter table odd add constraint late check (d < '2020-01-01') not valid`
  await server.query(script, [], database.name)
})
afterAll(() => database.drop())

test('audit prints what it has found, and ends with 1 where the types are wrong', async () => {
  await using folder = await Folder.with({})
  expect(await run(folder, ['audit', '--url', database.url])).toEqual({
    code: 1,
    err: '',
    out: `The types are wrong:
  public.lists.l: every array has 1 dimension: not so in 1 of all 2 rows

Held:
  public.fine.l: every array has 1 dimension: held in all 0 rows
  public.odd.late: the NOT VALID constraint holds: held in all 0 rows
`,
  })
  expect(
    await run(folder, ['audit', '--audit-rows', '1', '--exclude-pattern', '{fine,odd}', '--url', database.url]),
  ).toEqual({
    code: 0,
    err: '',
    out: 'Held:\n  public.lists.l: every array has 1 dimension: held in the first 1 rows\n',
  })
})

test('validators of the configuration are asked, and show no value', async () => {
  const config = `export default {
    excludePattern: 'odd',
    overrides: { columns: { 'lists.j': '{ secret: 1 }' } },
    validators: { 'lists.j': (value) => { if (value.secret !== 1) throw new Error('secret ' + value.secret); return true } },
  }`
  await using folder = await Folder.with({ 'kysely-pgwire.config.mjs': config })
  const { code, out, err } = await run(folder, ['audit', '--include-pattern', 'lists', '--url', database.url])
  expect({ code, err }).toEqual({ code: 1, err: '' })
  expect(out).toContain(
    'public.lists.j: every value is of the type that was chosen for the column: not so in 1 of all 2 rows',
  )
  expect(out).not.toContain('secret')
})

test.each([
  [['--audit-rows', '1.5'], /has to be a whole number/],
  [['--audit-rows', '0'], /audit/i],
  [['--audit-timeout-ms', '3000000000'], /has to be a whole number/],
])('a limit that is none is a wrong use: %j', async (argv, message) => {
  await using folder = await Folder.with({})
  const { code, err } = await run(folder, ['audit', ...argv, '--url', database.url])
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(message) })
})

test('data are read with the profile of the application', async () => {
  const seen: unknown[] = []
  const validators = { 'lists.id': (value: unknown) => seen.push(value) > 0 }
  const source = { url: database.url }
  const generator = createGenerator({ source, types: definePgTypes({ int8: 'number' }), validators })
  const { passed, findings } = await generator.audit()
  expect(seen).toEqual([1, 2])
  expect(passed).toBe(false)
  expect(findings.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    'dimensions public.fine.l',
    'chosen type public.lists.id',
    'safe integers public.lists.id',
    'dimensions public.lists.l',
    'check public.odd.late',
  ])
})

test('validators that are no functions are refused before anything is opened', () => {
  const options = { source: { url: 'postgres://nowhere.invalid/' }, validators: { 'a.b': true } }
  expect(() => createGenerator(options as never)).toThrow('The option validators has to be an object with functions')
})
