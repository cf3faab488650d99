import { CamelCasePlugin, ParseJSONResultsPlugin } from 'kysely'
import { expect, test } from 'vitest'

import { auditText } from '../../packages/codegen-preset/src/audit/audit-text.ts'
import { audit, auditPassed } from '../../packages/codegen-preset/src/audit/audit.ts'
import { readCatalog } from '../../packages/codegen-preset/src/catalog/read-catalog.ts'
import { auditedDatabase } from './codegen-audit-fixture.ts'

const database = auditedDatabase(
  `create table notes (id int, "aBody" jsonb, other jsonb, tagged jsonb)`,
  `comment on column notes.tagged is '@type {{ secret: string }}'`,
  `insert into notes select id, jsonb_build_object('secret', id), '[]', '{}' from generate_series(1, 450) as id`,
  `insert into notes values (0, null, 'null', null)`,
)

const COLUMNS = { 'notes.aBody': '{ secret: number }', 'public.notes.other': 'unknown[]' }

test('a type that was chosen and cannot be checked is listed', async () => {
  const findings = await database.audit({ columns: COLUMNS })
  expect(findings).toMatchObject(
    ['public.notes."aBody"', 'public.notes.other', 'public.notes.tagged'].map((path) => ({
      kind: 'chosen type',
      path,
      claimed: true,
      result: { state: 'not checked', reason: 'no validator was given for it' },
    })),
  )
  expect(auditPassed(findings)).toBe(true)
})

test('a validator is shown every value but NULLs, as the driver gives it, and its answers are counted', async () => {
  const seen: unknown[] = []
  const findings = await database.audit({
    columns: COLUMNS,
    validators: {
      'public.notes.aBody': (value) => {
        seen.push(value)
        return (value as { secret: number }).secret <= 440
      },
      'notes.other': async (value) => Array.isArray(value),
    },
  })
  expect(seen).toHaveLength(450)
  expect(seen).toContainEqual({ secret: 450 })
  expect(findings).toMatchObject([
    { result: { state: 'violated', violations: 10, rows: 451, all: true } },
    // JSON's own null is a value.
    { result: { state: 'held', rows: 451, all: true } },
    { result: { state: 'not checked' } },
  ])
  expect(auditPassed(findings)).toBe(false)
})

test('a validator that throws says no, and what it says is nowhere shown', async () => {
  const validator = (value: unknown): boolean => {
    throw new Error(`Not so: ${JSON.stringify(value)}`)
  }
  const findings = await database.audit({ validators: { 'notes.aBody': validator } })
  expect(findings).toMatchObject([
    { path: 'public.notes."aBody"', result: { violations: 450 } },
    { path: 'public.notes.tagged' },
  ])
  expect(JSON.stringify(findings) + auditText(findings)).not.toMatch(/Not so:|secret|450"/)
})

test('no more values are shown than rows were asked for', async () => {
  let seen = 0
  const counting = (): boolean => ++seen > 0
  const [finding] = await database.audit({ rows: 250, validators: { 'notes.id': counting } })
  expect(seen).toBe(250)
  expect(finding?.result).toEqual({ state: 'held', rows: 250, all: false })
})

test('a validator for a column that is not there is refused', async () => {
  const audited = database.audit({ validators: { 'notes.bdoy': () => true } })
  await expect(audited).rejects.toThrow('There is no column notes.bdoy, for which a validator was given')
})

test('plugins of the Kysely instance change nothing', async () => {
  await using db = database.db()
  const catalog = await readCatalog(db)
  const withPlugins = db.withPlugin(new CamelCasePlugin()).withPlugin(new ParseJSONResultsPlugin())
  const findings = await audit(withPlugins, catalog, {
    validators: { 'notes.aBody': (value) => 'secret' in (value as object) },
  })
  expect(findings[0]?.result).toEqual({ state: 'held', rows: 451, all: true })
})

test('the columns of a table are read together', async () => {
  const order: string[] = []
  const seen = (column: string) => () => order.push(column) > 0
  await database.audit({ validators: { 'notes.aBody': seen('aBody'), 'notes.other': seen('other') } })
  expect(order.slice(0, 4)).toEqual(['aBody', 'other', 'aBody', 'other'])
})

test('a column that cannot be read does not take the others along', async () => {
  await database.query(`create view half as select id, 1 / (id - id) as broken from notes`)
  const findings = await database.audit({
    validators: { 'half.id': () => true, 'half.broken': () => true },
    includes: ({ name }) => name === 'half',
  })
  expect(findings).toMatchObject([
    { path: 'public.half.broken', result: { state: 'not checked' } },
    { path: 'public.half.id', result: { state: 'held', rows: 451, all: true } },
  ])
  await database.query(`drop view half`)
})

test('names of columns may be of any characters', async () => {
  const column = `${'a'.repeat(31)}\u{1f418}`
  await database.query(`create table animals ("${column}" jsonb)`)
  await database.query(`insert into animals values ('1')`)
  const findings = await database.audit({
    validators: { [`animals.${column}`]: (value) => value === 1 },
    includes: ({ name }) => name === 'animals',
  })
  expect(findings).toMatchObject([{ result: { state: 'held', rows: 1 } }])
  await database.query(`drop table animals`)
})
