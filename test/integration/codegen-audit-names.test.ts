import fc from 'fast-check'
import { expect, test } from 'vitest'

import { auditText } from '../../packages/codegen-preset/src/audit/audit-text.ts'
import { codeUnitOrder } from '../../packages/codegen-preset/src/catalog/code-unit-order.ts'
import { auditedDatabase } from './codegen-audit-fixture.ts'

const database = auditedDatabase(`create table spared (id int)`)

const hostile = fc.oneof(
  fc.constantFrom(
    '"',
    '""',
    `'`,
    '\\',
    '$1',
    '$$',
    '%s',
    ';',
    '--',
    '/*',
    ' ',
    '\n',
    '\u202e',
    '[]',
    '.',
    'a.b',
    'element 0',
    'referenced',
    'value',
    'as',
    'select',
    `"); drop table spared; --`,
    `'); drop table spared; --`,
    '__proto__',
    'ü'.repeat(30),
    '\u{1f418}',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 15 }),
)
const name = hostile.filter((text) => !text.includes('\0') && text.isWellFormed() && Buffer.byteLength(text) <= 60)

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

test('names are only ever names, whatever is in them', async () => {
  await fc.assert(
    fc.asyncProperty(name, name, name, name, async (schema, table, column, field) => {
      fc.pre(schema !== 'public')
      const [s, t, c, f] = [schema, table, column, field].map(quoted) as [string, string, string, string]
      await database.query(`create schema ${s}`)
      try {
        await database.query(`create type ${s}."the type" as (${f} int[])`)
        await database.query(`create table ${s}.${t} (${c} int[], "the fields" ${s}."the type"[], unique (${c}))`)
        await database.query(
          `alter table ${s}.${t} add constraint "the key" foreign key (${c}) references ${s}.${t} (${c}) not valid`,
        )
        await database.query(`alter table ${s}.${t} add constraint "the check" check (${c} is null) not valid`)
        await database.query(`alter table ${s}.${t} disable trigger all`)
        await database.query(`alter table ${s}.${t} drop constraint "the check"`)
        await database.query(`insert into ${s}.${t} values ('{{1}}', array[row('{{1}}')::${s}."the type"])`)
        await database.query(`alter table ${s}.${t} add constraint "the check" check (${c} is null) not valid`)
        const findings = await database.audit({ includes: (relation) => relation.schema === schema })
        const results = findings.map(({ kind, result }) => `${kind} ${result.state}`)
        expect(results.sort(codeUnitOrder)).toEqual([
          'check violated',
          'dimensions held',
          'dimensions violated',
          'dimensions violated',
          'foreign key held',
        ])
        expect(auditText(findings).split('\n')).toHaveLength(11)
      } finally {
        await database.query(`drop schema ${s} cascade`)
      }
    }),
    { numRuns: process.env['PGWIRE_FULL'] === '1' ? 300 : 25 },
  )
  await database.query(`select from spared`)
}, 300_000)
