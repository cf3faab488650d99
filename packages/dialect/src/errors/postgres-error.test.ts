import { inspect } from 'node:util'

import { DatabaseError } from 'pg-protocol'
import { describe, expect, test } from 'vitest'

import { postgresErrorFrom } from './postgres-error-from.ts'
import { isPostgresError, PostgresError } from './postgres-error.ts'
import { CLASSES } from './sqlstate-classes.generated.ts'
import * as errors from './sqlstate-errors.generated.ts'
import * as guards from './sqlstate-guards.generated.ts'

const of = (fields: Readonly<Record<string, string>>): PostgresError =>
  postgresErrorFrom(new Map(Object.entries(fields)))

describe('the class of an error', () => {
  test.each([
    ['23505', errors.UniqueViolationError, 'its SQLSTATE'],
    ['23000', errors.IntegrityConstraintViolationError, 'its SQLSTATE, where that is the class itself'],
    ['23XYZ', errors.IntegrityConstraintViolationError, 'its first two characters, where nobody knows the rest'],
    ['22ABC', errors.DataError, 'its first two characters, where nobody knows the rest'],
    ['10999', errors.XqueryError, 'its first two characters, although PostgreSQL has no 10000'],
    ['72000', errors.SnapshotTooOldError, 'that of an older server'],
    ['99999', PostgresError, 'PostgresError, where nobody knows the class'],
    ['', PostgresError, 'PostgresError, where it is empty'],
    ['23', errors.IntegrityConstraintViolationError, 'its first two characters, where there are no more'],
    ['2', PostgresError, 'PostgresError, where it is cut off'],
    ['__proto__', PostgresError, 'PostgresError, where it is none'],
  ])('of %s is %s: %s', (C, expected) => {
    const error = of({ C })
    expect(error.constructor).toBe(expected)
    expect(error.code).toBe(C)
  })

  test('without an SQLSTATE is PostgresError', () => {
    const error = of({ M: 'odd' })
    expect(error.constructor).toBe(PostgresError)
    expect(error.code).toBe('XX000')
  })

  test('is below that of its class, PostgresError and the DatabaseError of pg-protocol', () => {
    const error = of({ C: '23505' })
    for (const Class of [errors.IntegrityConstraintViolationError, PostgresError, DatabaseError, Error])
      expect(error).toBeInstanceOf(Class)
    expect(error).not.toBeInstanceOf(errors.CheckViolationError)
    expect(error).not.toBeInstanceOf(errors.DataError)
  })

  test.each(Array.from(CLASSES))('of %s has the name of its class', (code, Class) => {
    const error = of({ C: code })
    expect(error.constructor).toBe(Class)
    expect(error.name).toBe(Class.name)
  })
})

describe('a guard', () => {
  const named = Object.entries(guards)

  test.each(Array.from(CLASSES))('of %s takes what instanceof takes', (code, Class) => {
    const error = of({ C: code })
    const guarded = named
      .filter(([, guard]) => guard(error))
      .map(([name]) => name.replace(/^is/, '').replace(/Error$/, ''))
    const instances = Object.values(errors).filter((Some) => error instanceof Some)
    expect(guarded.sort()).toEqual(instances.map(({ name }) => name.replace(/Error$/, '')).sort())
    expect(guarded).toContain(Class.name.replace(/Error$/, ''))
  })

  test('takes an error of another copy of the package', () => {
    const foreign = { [Symbol.for('kysely-pgwire.PostgresError')]: true, code: '23505' }
    expect(guards.isUniqueViolation(foreign)).toBe(true)
    expect(guards.isIntegrityConstraintViolation(foreign)).toBe(true)
    expect(isPostgresError(foreign)).toBe(true)
  })

  test.each([
    undefined,
    null,
    '23505',
    23505,
    { code: '23505' },
    Object.assign(new Error('pg'), { code: '23505' }),
    Object.assign(new DatabaseError('of pg', 0, 'error'), { code: '23505' }),
    { [Symbol.for('kysely-pgwire.PostgresError')]: true, code: 23505 },
    { [Symbol.for('kysely-pgwire.PostgresError')]: true },
  ])('does not take %o', (thing) => {
    expect(guards.isUniqueViolation(thing)).toBe(false)
    expect(isPostgresError(thing)).toBe(false)
  })
})

describe('the names', () => {
  test('are those of nothing else in JavaScript or in the driver', async () => {
    const ours = ['ConnectionError', 'ConfigError', 'CodecError', 'ProtocolError', 'UsageError', 'PostgresError']
    const taken = Object.keys(errors).filter((name) => name in globalThis || ours.includes(name))
    expect(taken).toEqual([])
  })

  test('are each of one class and one guard', () => {
    expect(new Set(CLASSES.values()).size).toBe(CLASSES.size)
    expect(Object.keys(errors)).toHaveLength(CLASSES.size)
    expect(Object.keys(guards)).toHaveLength(CLASSES.size)
  })
})

describe('what an error says of its statement', () => {
  const about = (sql: string, fields: Readonly<Record<string, string>> = {}): PostgresError => {
    const error = of(fields)
    error.concern(sql, [{ name: 'int4' }, { name: 'text[]' }])
    return error
  }

  test('is its text and the types of its parameters', () => {
    expect(about('select $1, $2')).toMatchObject({ sql: 'select $1, $2', parameterTypes: ['int4', 'text[]'] })
  })

  test('is nothing where it is about none', () => {
    const error = of({ P: '1' })
    expect([error.sql, error.parameterTypes, error.excerpt]).toEqual([undefined, undefined, undefined])
  })

  test('is no more than 2,000 characters, and none of them cut in two', () => {
    expect(about('x'.repeat(2_000)).sql).toBe('x'.repeat(2_000))
    expect(about('x'.repeat(2_001)).sql).toBe(`${'x'.repeat(2_000)}…`)
    expect(about(`${'x'.repeat(1_999)}🐘`).sql).toBe(`${'x'.repeat(1_999)}…`)
  })

  test('is the line of the position, also behind the first 2,000 characters', () => {
    expect(about(`${'\n'.repeat(3_000)}oops`, { P: '3001' }).excerpt).toBe(`LINE 3001: oops\n           ^`)
  })

  test('is the line of the query of a function, if the position is in that', () => {
    const fields = { p: '8', q: 'select y' }
    expect(about('select f()', fields).excerpt).toBe('LINE 1: select y\n               ^')
    expect(about('select f()', { p: '8' }).excerpt).toBeUndefined()
    expect(about('select f()', { q: 'select y' }).excerpt).toBeUndefined()
  })

  test('is no line where another text was sent than is told', () => {
    const error = of({ P: '8' })
    error.concernWithoutPlace('select $1')
    expect([error.sql, error.excerpt, error.parameterTypes]).toEqual(['select $1', undefined, undefined])
  })

  test('is in no log', () => {
    const error = about("alter role r password 'hunter2'", { P: '1', M: 'no' })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2')
    expect(JSON.stringify(error)).not.toContain('hunter2')
    expect(error.stack).not.toContain('hunter2')
  })

  test('is the same in its copy', () => {
    const error = about('select oops', { P: '8', C: '42703' })
    const copy = error.copy()
    expect(copy).not.toBe(error)
    expect(copy).toBeInstanceOf(errors.UndefinedColumnError)
    expect(copy).toMatchObject({ sql: 'select oops', parameterTypes: ['int4', 'text[]'], excerpt: error.excerpt })
  })
})
