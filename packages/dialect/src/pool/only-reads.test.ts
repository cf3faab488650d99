import { expect, test } from 'vitest'

import { onlyReads } from './only-reads.ts'

test.each([
  ['select 1', true],
  ['select name from item where id = $1', true],
  ['with x as (select 1) select * from x', true],
  ['values (1)', true],
  ['select count(*), upper(name) from item group by 2', true],
  ['insert into item values (1)', false],
  ['with x as (delete from item returning 1) select * from x', false],
  ['select * from item for update', false],
  [`select nextval('counter')`, false],
  [`select NEXTVAL('counter')`, false],
  [`select pg_catalog.nextval('counter')`, false],
  ['select of_the_user()', false],
  ['select 1; delete from item', false],
  ['', false],
])('%j: %s', (sql, expected) => {
  expect(onlyReads(sql)).toBe(expected)
})
