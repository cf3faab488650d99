/** `tag`: a name for logs, on the errors of the call that has it, and nowhere else. */
import { CodecError, connect, PostgresError, QueryTimeoutError, tagOf, UsageError } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
const open = () => connect(fixture.url)

const errorOf = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as Error,
  )

test('every kind of error has the tag of its call', async () => {
  await using connection = await open()
  const tag = 'users.list'
  const statement = await connection.prepare('select 1 / $1::int4')
  const calls: [{ readonly name: string }, () => Promise<unknown>][] = [
    [PostgresError, () => connection.query('select 1 / $1::int4', [0], { tag })],
    [PostgresError, () => connection.query('selec', [], { tag })],
    [PostgresError, () => connection.fetchValue('select 1 / 0', [], { tag })],
    [CodecError, () => connection.query('select $1::int4', [1.5], { tag })],
    [UsageError, () => connection.query('select $1::int4', [], { tag })],
    [UsageError, () => connection.fetchValue('select 1', [], { tag, column: 'none' })],
    [UsageError, () => connection.fetchValue('select 1', [], { tag, column: -1 })],
    [PostgresError, () => connection.batch([{ sql: 'select 1 / 0' }], { tag })],
    [PostgresError, () => connection.executeMany('select 1 / $1::int4', [[1], [0]], { tag })],
    [PostgresError, () => connection.stream('select 1 / 0', [], { tag }).next()],
    [PostgresError, () => connection.cursor('select 1 / 0', [], { tag }).next()],
    [PostgresError, () => connection.transaction((tx) => tx.query('select 1 / 0', [], { tag }))],
    [PostgresError, () => statement.fetch([0], { tag })],
    [QueryTimeoutError, () => connection.query('select pg_sleep(600)', [], { tag, timeoutMs: 20 })],
  ]
  for (const [kind, call] of calls) {
    const error = await errorOf(call())
    expect(error).toBeInstanceOf(kind)
    expect(error).toMatchObject({ tag })
    expect(tagOf(error)).toBe(tag)
    expect(error.message).not.toContain(tag)
  }
})

test('the errors of the waits of a pool have it', async () => {
  await using pool = fixture.open({ max: 1 })
  const held = await pool.acquire()
  expect(tagOf(await errorOf(pool.query('select 1', [], { tag: 'waiting', timeoutMs: 20 })))).toBe('waiting')
  held.release()
  expect(tagOf(await errorOf(pool.query('select 1 / 0', [], { tag: 'divided' })))).toBe('divided')
})

test('of overlapping calls each error has its own', async () => {
  await using connection = await open()
  const tags = Array.from({ length: 50 }, (_, index) => `call ${index}`)
  const errors = await Promise.all(tags.map((tag) => errorOf(connection.query('select 1 / 0', [], { tag }))))
  expect(errors.map(tagOf)).toEqual(tags)
})

test('a call without one has none on its error', async () => {
  await using connection = await open()
  const error = await errorOf(connection.query('select 1 / 0'))
  expect(error).not.toHaveProperty('tag')
  expect(tagOf(error)).toBeUndefined()
})

test('what is the caller’s own is left as it is: the reason of a signal, the error of a source', async () => {
  await using connection = await open()
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  expect(await errorOf(connection.query('select 1', [], { tag: 'mine', signal }))).toBe(reason)
  const broken = new Error('no more rows')
  const rows = function* () {
    yield [1]
    throw broken
  }
  expect(await errorOf(connection.executeMany('select $1::int4', rows(), { tag: 'mine' }))).toBe(broken)
  expect(tagOf(reason)).toBeUndefined()
  expect(tagOf(broken)).toBeUndefined()
})

test('it is never sent', async () => {
  await using connection = await open()
  const tag = 'not for the server'
  const sql = 'select current_query() as query'
  expect(await connection.fetchValue(sql, [], { tag })).toBe(sql)
  const [row] = await connection.fetch<{ all: string }>(
    `select current_query() || string_agg(s::text, '') as all from pg_stat_activity s where pid = pg_backend_pid()`,
    [],
    { tag },
  )
  expect(row?.all).not.toContain(tag)
})

test.each([1, null, {}])('a tag that is %o is refused', async (tag) => {
  await using connection = await open()
  await expect(connection.query('select 1', [], { tag: tag as string })).rejects.toThrow(UsageError)
})
