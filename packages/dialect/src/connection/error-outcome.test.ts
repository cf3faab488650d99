import { expect, test } from 'vitest'

import type { Outcome } from '../errors/outcome.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { fromBetween, scriptOutcome, statementOutcome } from './error-outcome.ts'

const errorOf = (severity: string): PostgresError => new PostgresError(new Map([['V', severity]]))

test.each<[string, Outcome, Outcome]>([
  // statement, after ERROR, after FATAL
  ['select 1', 'rolled-back', 'rolled-back'],
  ['  INSERT into t values (1)', 'rolled-back', 'rolled-back'],
  ['(select 1) union (select 2)', 'rolled-back', 'rolled-back'],
  ['/* app */ -- x\n update t set a = 1', 'rolled-back', 'rolled-back'],
  ['commit', 'rolled-back', 'unknown'],
  ['create table t ()', 'rolled-back', 'unknown'],
  ['call p()', 'unknown', 'unknown'],
  ['/* select */ call p()', 'unknown', 'unknown'],
  ['do $$ begin commit; end $$', 'unknown', 'unknown'],
  ['create index concurrently i on t (a)', 'unknown', 'unknown'],
  ['vacuum t', 'unknown', 'unknown'],
  ['', 'rolled-back', 'unknown'],
])('%j is %s after an error and %s after a fatal one', (sql, afterError, afterFatal) => {
  expect(statementOutcome(errorOf('ERROR'), sql, false)).toBe(afterError)
  expect(statementOutcome(errorOf('FATAL'), sql, false)).toBe(afterFatal)
  expect(statementOutcome(errorOf('FATAL'), sql, true)).toBe('unknown')
})

test.each<[string, Outcome]>([
  ['insert into t values (1); select 1/0', 'rolled-back'],
  ['insert into t values (1); commit; select 1/0', 'unknown'],
  ['select 1; CALL p()', 'unknown'],
])('the script %j is %s after an error', (script, outcome) => {
  expect(scriptOutcome(script)).toBe(outcome)
})

test('a long row of comments is passed in linear time', () => {
  const steps = (count: number): Outcome => statementOutcome(errorOf('FATAL'), `${'/* x **/ '.repeat(count)}!`, false)
  expect(steps(20_000)).toBe('unknown')
  expect(statementOutcome(errorOf('FATAL'), `/*${'*'.repeat(100_000)}`, false)).toBe('unknown')
})

test.each<[string, [string, string][], boolean]>([
  [
    "PostgreSQL's own",
    [
      ['V', 'FATAL'],
      ['R', 'ProcessInterrupts'],
    ],
    false,
  ],
  [
    'one without a routine',
    [
      ['V', 'FATAL'],
      ['M', 'server conn crashed?'],
    ],
    true,
  ],
  [
    'one from before the statement was passed on',
    [
      ['V', 'FATAL'],
      ['M', 'query_wait_timeout'],
    ],
    false,
  ],
  [
    'one that is not fatal',
    [
      ['V', 'ERROR'],
      ['M', 'no such thing'],
    ],
    false,
  ],
])('of fatal errors, %s is from somebody in between: %#', (_which, fields, between) => {
  expect(fromBetween(new PostgresError(new Map(fields)))).toBe(between)
})
