import { definePgTypes } from 'kysely-pgwire/types'
import { expect, test } from 'vitest'

import { auditPassed } from '../../packages/codegen-preset/src/audit/audit.ts'
import { auditedDatabase, outcomes } from './codegen-audit-fixture.ts'

const database = auditedDatabase(
  `create domain ints as int[]`,
  `create domain deep as ints`,
  `create domain told as text not null`,
  `create type addr as (street text, nums int[][], told told)`,
  `create type pair as (home addr, others addr[])`,
  `create domain home as addr`,
  `create type lists as range (subtype = int[])`,
  `create table grids (
    id int primary key, line int[] not null, grid int[][], ints ints, deep deep, many ints[], a addr, h home, "as" addr[], p pair, l lists, told told, tagged int[]
  )`,
  `comment on column grids.tagged is '@dimensions 3'`,
  `insert into grids (id, line, told) values (1, '{}', 'x'), (2, '{1}', 'x')`,
  `create view shown as select id, line from grids`,
)

async function dimensionsAfter(change: string): Promise<string[]> {
  await database.query(`update grids set ${change} where id = 2`)
  const findings = outcomes(await database.audit(), 'dimensions')
  const found = findings.filter((each) => each.includes('public.grids') && !each.endsWith('held'))
  await database.query(
    `update grids set line = '{1}', grid = null, ints = null, deep = null, many = null, a = null, h = null, "as" = null, p = null, l = null, tagged = null`,
  )
  return found
}

test('what is assumed and holds is listed', async () => {
  const findings = await database.audit()
  expect(outcomes(findings).filter((each) => !each.endsWith(': held'))).toEqual([])
  expect(findings.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['public.grids.line', 'public.grids.p.others[].nums', 'public.grids.many[]']),
  )
  expect(findings.find(({ path }) => path === 'public.grids.a.nums')).toEqual({
    kind: 'dimensions',
    path: 'public.grids.a.nums',
    assumption: 'every array has 2 dimensions',
    claimed: true,
    result: { state: 'held', rows: 2, all: true },
  })
})

test.each([
  [`line = '{{1}}'`, ['public.grids.line']],
  [`line = '{}', grid = '{}'`, []],
  [`grid = '{1}'`, ['public.grids.grid']],
  [`grid = '{{1},{2}}'`, []],
  [`ints = '{{1}}'`, ['public.grids.ints']],
  [`deep = '{{1}}'`, ['public.grids.deep']],
  [`many = array['{{1}}'::ints]`, ['public.grids.many[]']],
  [`many = array[array['{1}'::ints]]`, ['public.grids.many']],
  [`a = row('x', '{1}', 'y')`, ['public.grids.a.nums']],
  [`h = row('x', '{1}', 'y')`, ['public.grids.h.nums']],
  [`"as" = array[null, row('x', '{{1}}', 'y'), row('x', '{1}', 'y')]::addr[]`, ['public.grids.as[].nums']],
  [
    `p = row(row('x', '{1}', 'y'), array[row('x', '{1}', 'y')]::addr[])`,
    ['public.grids.p.home.nums', 'public.grids.p.others[].nums'],
  ],
  [`l = lists('{1}', '{{2}}')`, ['upper(public.grids.l)']],
  [`tagged = '{1}'`, ['public.grids.tagged']],
])('dimensions: %s', async (change, paths) => {
  expect(await dimensionsAfter(change)).toEqual(paths.map((path) => `dimensions ${path}: 1 of 2`))
})

test('a NULL of a NOT NULL domain is found wherever it is, and the types allow for it', async () => {
  await database.query(`insert into grids (id, line, told) values (3, '{}', (select told from grids where false))`)
  await database.query(`update grids set a = row('x', null, (select told from grids where false)) where id = 1`)
  const findings = await database.audit()
  expect(outcomes(findings, 'domain not null').filter((each) => !each.endsWith('held'))).toEqual([
    'domain not null public.grids.a.told: 1 of 3',
    'domain not null public.grids.told: 1 of 3',
  ])
  expect(auditPassed(findings)).toBe(true)
  await database.query('delete from grids where id = 3')
  await database.query('update grids set a = null')
})

test('a profile that reads int8 as numbers is refused what is no safe integer, and one that does not is not', async () => {
  await database.query('create table wide (i bigint, l bigint[], r int8range, m int8multirange)')
  await database.query(`insert into wide values (9007199254740991, '{-9007199254740991,null}', '[1,)', '{[1,2)}')`)
  await database.query(
    `insert into wide values (9007199254740992, '{1,-9007199254740992}', '(,9007199254740993)', '{[1,2),[5,9007199254740993)}')`,
  )
  expect(outcomes(await database.audit(), 'safe integers')).toEqual([])
  const findings = await database.audit({ types: definePgTypes({ int8: 'number' }) })
  expect(outcomes(findings, 'safe integers')).toEqual([
    'safe integers lower(public.wide.m[]): held',
    'safe integers lower(public.wide.r): held',
    'safe integers public.wide.i: 1 of 2',
    'safe integers public.wide.l[]: 1 of 2',
    'safe integers upper(public.wide.m[]): 1 of 2',
    'safe integers upper(public.wide.r): 1 of 2',
  ])
  expect(auditPassed(findings)).toBe(false)
  await database.query('drop table wide')
})

test('a profile that keeps the bounds of arrays assumes no dimensions', async () => {
  const findings = await database.audit({ types: definePgTypes({ arrays: 'bounded' }) })
  expect(outcomes(findings, 'dimensions')).toEqual([])
})

test('no more rows are looked at than was said', async () => {
  const [finding] = await database.audit({ rows: 1 })
  expect(finding?.result).toEqual({ state: 'held', rows: 1, all: false })
  const [whole] = await database.audit({ rows: 3 })
  expect(whole?.result).toEqual({ state: 'held', rows: 2, all: true })
})

test.each([
  { rows: 0 },
  { rows: 1.5 },
  { rows: Number.NaN },
  { statementTimeoutMs: 2 ** 31 },
  { statementTimeoutMs: 0 },
])('a limit that is none is refused: %o', async (options) => {
  await expect(database.audit(options)).rejects.toThrow(/has to be a whole number between 1 and/)
})
