import { expect, test } from 'vitest'

import { auditPassed } from '../../packages/codegen-preset/src/audit/audit.ts'
import { sharedServer } from '../support/shared-server.ts'
import { auditedDatabase, outcomes } from './codegen-audit-fixture.ts'

const major = sharedServer().majorVersion

const database = auditedDatabase(
  `create schema ext`,
  `create domain ext.mail as text`,
  `create table referenced (a int, b text, primary key (a, b))`,
  `create table orders (id int, a int, b text, mail ext.mail, "count" int)`,
  `insert into referenced values (1, 'x')`,
  `insert into orders values (1, 1, 'x', 'm', 1), (2, 1, 'y', 'm', -1), (3, null, 'y', 'm', null), (4, 2, null, 'm', -2)`,
  `create function ext.fine(int) returns boolean language sql immutable as 'select $1 >= 0'`,
  `alter table orders add constraint simple foreign key (a, b) references referenced not valid`,
  `alter table orders add constraint "full" foreign key (a, b) references referenced match full not valid`,
  `alter table orders add constraint positive check (ext.fine("count")) not valid`,
  `alter table orders add constraint valid check (id > 0)`,
  `alter domain ext.mail add constraint told check (value <> '') not valid`,
  `create table parent (id int not null, name text not null)`,
  `create table child () inherits (parent)`,
)

test('constraints that are NOT VALID are looked into, and those that are valid are not listed', async () => {
  const findings = await database.audit()
  expect(outcomes(findings)).toEqual([
    'domain check ext.mail.told: not checked',
    // A key with a NULL in it counts only for MATCH FULL.
    'foreign key public.orders.full: 3 of 4',
    'check public.orders.positive: 2 of 4',
    'foreign key public.orders.simple: 1 of 4',
  ])
  expect(auditPassed(findings)).toBe(true)
  expect(auditPassed(await database.audit({ brandedIds: true }))).toBe(false)
})

test.runIf(major >= 18)('constraints that are NOT ENFORCED are looked into', async () => {
  await database.query(`alter table orders add constraint loose check (id < 4) not enforced`)
  const findings = await database.audit()
  expect(findings.find(({ path }) => path === 'public.orders.loose')).toMatchObject({
    assumption: 'the NOT ENFORCED constraint holds',
    result: { state: 'violated', violations: 1, rows: 4 },
  })
  await database.query(`alter table orders drop constraint loose`)
})

test.runIf(major >= 18)('a NOT NULL that is NOT VALID is looked into, and no claim of the types', async () => {
  await database.query(`alter table orders add constraint present not null b not valid`)
  const found = (await database.audit()).filter(({ kind }) => kind === 'not null')
  expect(outcomes(found)).toEqual(['not null public.orders.b: 1 of 4'])
  expect(found[0]).toMatchObject({ claimed: false, assumption: 'the NOT NULL that not every row has to satisfy holds' })
  await database.query(`alter table orders drop constraint present`)
})

test.runIf(major < 18)('a NOT NULL that a child has dropped is looked into, and no claim of the types', async () => {
  await database.query(`alter table child alter column name drop not null`)
  await database.query(`insert into child values (1, null)`)
  const found = (await database.audit()).filter(({ kind }) => kind === 'not null')
  expect(outcomes(found)).toEqual(['not null public.parent.name: 1 of 1'])
  await database.query(`delete from child`)
})

test('rows of tables that inherit neither violate a foreign key nor are partners for one', async () => {
  await database.query(`create table "the 'target'" (id int primary key)`)
  await database.query(`create table below_target () inherits ("the 'target'")`)
  await database.query(`create table "it's \\ above" (target int, amount int)`)
  await database.query(`create table below () inherits ("it's \\ above")`)
  await database.query(`insert into below_target values (5)`)
  await database.query(`insert into "it's \\ above" values (5, 1), (null, 2)`)
  await database.query(`insert into below values (7, -1)`)
  await database.query(
    `alter table "it's \\ above" add constraint own_key foreign key (target) references "the 'target'" not valid`,
  )
  await database.query(`alter table "it's \\ above" add constraint own_check check (amount > 0) no inherit not valid`)
  const includes = ({ name }: { readonly name: string }): boolean => name.startsWith("it's")
  const expected = ['own_check: held', 'own_key: 1 of 3']
  const outcomesOf = async (rows?: number): Promise<string[]> => {
    const lines = outcomes(await database.audit({ includes, rows })).filter((line) => line.includes('own_'))
    return lines.map((line) => line.replace(/^.*(?=own_)/, ''))
  }
  expect(await outcomesOf()).toEqual(expected)
  expect(await outcomesOf(1000)).toEqual(expected)
  // What the server itself says of them.
  await expect(database.query(`alter table "it's \\ above" validate constraint own_check`)).resolves.toBeUndefined()
  await expect(database.query(`alter table "it's \\ above" validate constraint own_key`)).rejects.toThrow('own_key')
  await database.query(`drop table "it's \\ above", "the 'target'" cascade`)
})
