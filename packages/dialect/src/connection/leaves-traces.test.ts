import { describe, expect, test } from 'vitest'

import { leavesTraces, scriptLeavesTraces } from './leaves-traces.ts'

describe('nothing is left by', () => {
  test.each([
    'select 1',
    '  /* why */ SELECT temp, temperature from measurement',
    '(select 1) union (select 2)',
    'insert into settings values ($1)',
    'update listener set hold = true',
    'begin',
    'start transaction read only',
    'COMMIT',
    'set local work_mem = 1000',
    'SET  TRANSACTION isolation level serializable',
    'set constraints all deferred',
    `select set_config('app.user', $1, true)`,
    `select set_config('a', 'b', true), SET_CONFIG ( 'c', $1 , TRUE )`,
    'select pg_advisory_xact_lock($1)',
    'select pg_try_advisory_xact_lock_shared(1, 2)',
    'declare c cursor for select 1',
    'create table t (id int)',
    'create index on temp (id)',
    'drop table pg_catalog.x',
    'notify jobs',
    'copy t from stdin',
  ])('%s', (sql) => {
    expect(leavesTraces(sql)).toBe(false)
  })
})

describe('something may be left by', () => {
  test.each([
    'set work_mem = 1000',
    'SET SESSION work_mem = 1000',
    'set role admin',
    'reset all',
    'listen jobs',
    'prepare p as select 1',
    'deallocate all',
    'discard temp',
    `load 'auto_explain'`,
    'do $$ begin end $$',
    'call anything()',
    'declare c cursor with hold for select 1',
    'create temp table t (id int)',
    'create temporary view v as select 1',
    'CREATE OR REPLACE TEMP VIEW v AS SELECT 1',
    'create global temporary table t (id int)',
    'select * into temp t from x',
    'create table pg_temp.t (id int)',
    `select set_config('a', 'b', false)`,
    `select set_config('a', 'b', true), set_config('c', 'd', false)`,
    `select set_config('a', f(1), true)`,
    'select pg_advisory_lock($1)',
    'select pg_try_advisory_lock_shared($1)',
    'with l as (select pg_advisory_lock(1)) select 1',
    'select setseed(0.5)',
    'nonsense',
    '/* nested /* comments */ */ set x = 1',
    '',
  ])('%s', (sql) => {
    expect(leavesTraces(sql)).toBe(true)
  })
})

test.each([
  ['', false],
  [' ; ', false],
  ['begin', false],
  ['select 1; select 2;', false],
  ['select 1; set x = 1', true],
  [`select 'a;b'`, true],
])('a script leaves what its parts leave: %s', (script, expected) => {
  expect(scriptLeavesTraces(script)).toBe(expected)
})
