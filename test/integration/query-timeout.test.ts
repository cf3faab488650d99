/** `timeoutMs` of the verbs, and `queryTimeoutMs` of a connection: who is told what, and what becomes of the statement. */
import { AbortedTransactionError, connect, type Connection, QueryTimeoutError, UsageError } from 'kysely-pgwire'
import { beforeEach, describe, expect, test, vi } from 'vitest'

import { stopTime } from '../support/stopped-time.ts'
import { poolFixture } from './pool-fixture.ts'
import { runScript } from './run-script.ts'

const fixture = poolFixture()
const open = (more = '') => connect(`${fixture.url}${more}`)

/** Longer than any test may take. */
const LONG = 'select pg_sleep(600)'

/** Runs until somebody lets it. */
const HELD = 'select 1 as slow from pg_advisory_xact_lock_shared(1)'

/** Holds up what is `HELD`, until it is let go or closed. */
async function hold(): Promise<{ letGo(): Promise<unknown> } & AsyncDisposable> {
  const holder = await open()
  await holder.query('select pg_advisory_lock(1)')
  return {
    letGo: () => holder.query('select pg_advisory_unlock(1)'),
    [Symbol.asyncDispose]: () => holder.close(),
  }
}

/** Resolves when the server sleeps for the connection: its statement is not only on its way. (`expect.poll` moves the clock.) */
async function asleep({ processId }: Connection): Promise<void> {
  const sql = `select from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'`
  while ((await fixture.query(sql, [processId])).length === 0);
}

/** What the call rejects with when its time is over while the server sleeps for it. */
async function timeoutAsleep(
  connection: Connection,
  timeoutMs: number,
  call: () => Promise<unknown>,
): Promise<QueryTimeoutError> {
  const time = stopTime()
  const given = timeoutOf(call())
  await asleep(connection)
  time.pass(timeoutMs)
  time.goOn()
  return given
}

const timeoutOf = (promise: Promise<unknown>): Promise<QueryTimeoutError> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(QueryTimeoutError)
      return error as QueryTimeoutError
    },
  )

const one = async (connection: Connection) => (await connection.query('select 1 as one')).rows

beforeEach(() => fixture.query('drop table if exists t; create table t (n int4)'))

describe('a statement that runs too long', () => {
  const verbs: Record<string, (connection: Connection, timeoutMs: number) => Promise<unknown>> = {
    query: (connection, timeoutMs) => connection.query(LONG, [], { timeoutMs }),
    fetch: (connection, timeoutMs) => connection.fetch(LONG, [], { timeoutMs }),
    fetchRow: (connection, timeoutMs) => connection.fetchRow(LONG, [], { timeoutMs }),
    fetchValue: (connection, timeoutMs) => connection.fetchValue(LONG, [], { timeoutMs }),
    batch: (connection, timeoutMs) => connection.batch([{ sql: 'select 1' }, { sql: LONG }], { timeoutMs }),
    executeMany: (connection, timeoutMs) =>
      connection.executeMany('insert into t select $1::int4 from pg_sleep(600)', [[1], [2]], { timeoutMs }),
    stream: (connection, timeoutMs) => connection.stream(LONG, [], { timeoutMs }).next(),
    cursor: (connection, timeoutMs) => connection.cursor(LONG, [], { timeoutMs }).next(),
    'cursor.fetch': (connection, timeoutMs) => connection.cursor(LONG, [], { timeoutMs }).fetch(2),
    'cursor.forward': (connection, timeoutMs) => connection.cursor(LONG, [], { timeoutMs }).forward(2),
    'prepare().query': async (connection, timeoutMs) => (await connection.prepare(LONG)).query([], { timeoutMs }),
    'prepare().fetchValue': async (connection, timeoutMs) =>
      (await connection.prepare(LONG)).fetchValue([], { timeoutMs }),
    'prepare().cursor': async (connection, timeoutMs) =>
      (await connection.prepare(LONG)).cursor([], { timeoutMs }).next(),
    transaction: (connection, timeoutMs) => connection.transaction((tx) => tx.query(LONG, [], { timeoutMs })),
  }

  test.each(Object.entries(verbs))('%s: is cancelled, and the connection serves on', async (_verb, run) => {
    await using connection = await open()
    const error = await timeoutAsleep(connection, 100, () => run(connection, 100))
    expect(error).toMatchObject({ code: 'PGWIRE_QUERY_TIMEOUT', timeoutMs: 100, outcome: 'unknown' })
    expect(error.message).toBe('The query was given up after 100 ms')
    expect(await one(connection)).toEqual([{ one: 1 }])
    expect(await fixture.running('pg_sleep')).toEqual([])
  })
})

const inserted = async () => Number((await fixture.query('select count(*) from t'))[0]?.['count'])

describe('on a connection with others', () => {
  test('what waits behind a stream is withdrawn, and never sent', async () => {
    await using connection = await open()
    const stream = connection.stream('select * from generate_series(1, 1000)')
    await stream.next()
    const error = await timeoutOf(connection.query('insert into t values (1)', [], { timeoutMs: 20 }))
    expect(error.outcome).toBe('not-sent')
    await stream.return()
    expect(await one(connection)).toEqual([{ one: 1 }])
    expect(await inserted()).toBe(0)
  })

  test('what is being described behind a slow statement is withdrawn, and never executed', async () => {
    await using connection = await open()
    await using held = await hold()
    const slow = connection.query(HELD)
    const error = await timeoutOf(connection.query('insert into t values (1)', [], { timeoutMs: 20 }))
    expect(error.outcome).toBe('not-sent')
    await held.letGo()
    expect((await slow).rows).toEqual([{ slow: 1 }])
    expect(await one(connection)).toEqual([{ one: 1 }])
    expect(await inserted()).toBe(0)
  })

  test('the slow statement in front of what was sent is left alone', async () => {
    await using connection = await open()
    await connection.query(HELD)
    await connection.query('select 2 as behind')
    await using held = await hold()
    const slow = connection.query(HELD)
    const error = await timeoutOf(connection.query('select 2 as behind', [], { timeoutMs: 20 }))
    expect(error.outcome).toBe('unknown')
    await held.letGo()
    expect((await slow).rows).toEqual([{ slow: 1 }])
    expect(await one(connection)).toEqual([{ one: 1 }])
  })

  test('the statements behind a slow one that is given up are left alone', async () => {
    await using connection = await open()
    await connection.query(HELD)
    await one(connection)
    await using held = await hold()
    const slow = timeoutOf(connection.query(HELD, [], { timeoutMs: 20 }))
    const behind = Promise.all(Array.from({ length: 20 }, () => one(connection)))
    expect((await slow).outcome).toBe('unknown')
    expect(connection.idle).toBe(false)
    await held.letGo()
    expect(await behind).toEqual(Array.from({ length: 20 }, () => [{ one: 1 }]))
  })

  test('300 limits raced against the end of their statement hit no other one', async () => {
    await using connection = await open()
    let timeouts = 0
    // The last one is too slow on any machine.
    const seconds = [0, 0.0005, 0.001, 0.0015, 0.002, 600]
    for (let round = 0; round < 300; round++) {
      const raced = connection.query('select pg_sleep($1)', [seconds[round % seconds.length]], { timeoutMs: 1 })
      await raced.catch((error: unknown) => {
        expect(error).toBeInstanceOf(QueryTimeoutError)
        timeouts++
      })
      expect(await one(connection)).toEqual([{ one: 1 }])
    }
    expect(timeouts).toBeGreaterThanOrEqual(50)
  })

  test('what is not-sent has no effect, what succeeds has one, and each of 200 inserts says which', async () => {
    await using connection = await open()
    const outcomes: string[] = []
    const inserts = Array.from({ length: 200 }, (_, n) =>
      connection.query('insert into t select $1::int4 from pg_sleep(0.001)', [n], { timeoutMs: 1 + (n % 60) }).then(
        () => outcomes.push('applied'),
        (error: QueryTimeoutError) => outcomes.push(error.outcome),
      ),
    )
    await Promise.all(inserts)
    expect(await one(connection)).toEqual([{ one: 1 }])
    const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length
    expect(count('applied') + count('unknown') + count('not-sent')).toBe(200)
    const rows = await inserted()
    expect(rows).toBeGreaterThanOrEqual(count('applied'))
    expect(rows).toBeLessThanOrEqual(count('applied') + count('unknown'))
  })
})

describe('in a transaction', () => {
  test('the cancel leaves it failed, and it rolls back', async () => {
    await using connection = await open()
    await connection.execute('begin; insert into t values (1)')
    await timeoutAsleep(connection, 50, () => connection.query(LONG, [], { timeoutMs: 50 }))
    await connection.settled()
    expect(connection.transactionStatus).toBe('E')
    await expect(connection.query('select 1')).rejects.toMatchObject({ code: '25P02' })
    await connection.execute('rollback')
    expect(connection.transactionStatus).toBe('I')
    expect(await inserted()).toBe(0)
  })

  test.each(['select pg_sleep(600)', 'insert into t select 2 from pg_sleep(600)'])(
    'what runs for too long is stopped behind a write as well: %s',
    async (sql) => {
      await using connection = await open()
      const failed = connection.transaction(async (tx) => {
        await tx.query('insert into t values (1)')
        await tx.query(sql, [], { timeoutMs: 50 })
      })
      await timeoutOf(failed)
      expect(await one(connection)).toEqual([{ one: 1 }])
      expect(await inserted()).toBe(0)
    },
  )

  test('a first statement that writes for too long is alone, so that it can be stopped', async () => {
    await using connection = await open()
    const insert = 'insert into t select 2 from pg_sleep(600)'
    await timeoutOf(connection.transaction((tx) => tx.query(insert, [], { timeoutMs: 50 })))
    await timeoutOf(connection.transaction((tx) => tx.batch([{ sql: insert }], { timeoutMs: 50 })))
    expect(await one(connection)).toEqual([{ one: 1 }])
    expect(await inserted()).toBe(0)
  })

  test('whoever goes on all the same is told at the end', async () => {
    await using connection = await open()
    const failed = connection.transaction(async (tx) => {
      await timeoutAsleep(connection, 50, () => tx.query(LONG, [], { timeoutMs: 50 }))
    })
    await expect(failed).rejects.toThrow(AbortedTransactionError)
    expect(await one(connection)).toEqual([{ one: 1 }])
  })

  test('a savepoint is rolled back alone', async () => {
    await using connection = await open()
    await connection.transaction(async (tx) => {
      await tx.query('insert into t values (1)')
      const nested = tx.transaction(async (inner) => {
        await inner.query('insert into t values (2)')
        await inner.query(LONG, [], { timeoutMs: 50 })
      })
      await timeoutOf(nested)
      await tx.query('insert into t values (3)')
    })
    expect(await fixture.query('select n from t order by n')).toEqual([{ n: 1 }, { n: 3 }])
  })
})

describe('executeMany', () => {
  const insert = 'insert into t values ($1)'

  test.each([0, 1, 30_000])('whose source is stuck behind %i rows applies nothing, and is told so', async (count) => {
    await using connection = await open()
    // What is known is sent as soon as there is a row.
    await connection.executeMany(insert, [[0]])
    await fixture.query('truncate t')
    const source = async function* () {
      for (let n = 0; n < count; n++) yield [n]
      await new Promise(() => {})
    }
    const error = await timeoutOf(connection.executeMany(insert, source(), { timeoutMs: 200 }))
    expect(error.outcome).toBe(count === 0 ? 'not-sent' : 'unknown')
    expect(await one(connection)).toEqual([{ one: 1 }])
    expect(await inserted()).toBe(0)
  })

  test('that waits for a lock gives it up', async () => {
    await using holder = await open()
    await using connection = await open()
    await fixture.query('insert into t values (1)')
    await holder.execute('begin; update t set n = 2')
    const rows = Array.from({ length: 5_000 }, (_, n) => [n])
    await timeoutOf(connection.executeMany('update t set n = $1', rows, { timeoutMs: 100 }))
    expect(await one(connection)).toEqual([{ one: 1 }])
    await holder.execute('commit')
    expect(await fixture.query('select n from t')).toEqual([{ n: 2 }])
  })
})

describe('on a pool', () => {
  test.each(['query', 'fetch', 'batch', 'executeMany'] as const)(
    '%s: the wait for a connection counts',
    async (verb) => {
      await using pool = fixture.open({ max: 1 })
      const held = await pool.acquire()
      const insert = 'insert into t values ($1)'
      const waiting = {
        query: () => pool.query(insert, [1], { timeoutMs: 30 }),
        fetch: () => pool.fetch(insert, [1], { timeoutMs: 30 }),
        batch: () => pool.batch([{ sql: insert, parameters: [1] }], { timeoutMs: 30 }),
        executeMany: () => pool.executeMany(insert, [[1]], { timeoutMs: 30 }),
      }
      const error = await timeoutOf(waiting[verb]())
      expect(error).toMatchObject({ outcome: 'not-sent', timeoutMs: 30 })
      expect(pool.stats).toMatchObject({ waiting: 0, busy: 1 })
      held.release()
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
      expect(await inserted()).toBe(0)
    },
  )

  test('what is left of the time behind the wait is for the statement', async () => {
    await using pool = fixture.open({ max: 1 })
    const held = await pool.acquire()
    const { connection } = held
    const time = stopTime()
    let over = false
    const slow = timeoutOf(pool.query(LONG, [], { timeoutMs: 300 })).finally(() => (over = true))
    time.pass(100)
    held.release()
    await asleep(connection)
    time.pass(199)
    await asleep(connection)
    expect(over).toBe(false)
    time.pass(1)
    time.goOn()
    expect(await slow).toMatchObject({ outcome: 'unknown', timeoutMs: 300 })
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(await fixture.running('pg_sleep')).toEqual([])
  })

  test('the default of its connections counts in the same way', async () => {
    await using pool = fixture.open({ connection: `${fixture.url}?query_timeout_ms=30`, max: 1 })
    const held = await pool.acquire()
    expect(await timeoutOf(pool.query('select 1'))).toMatchObject({ outcome: 'not-sent', timeoutMs: 30 })
    held.release()
    await expect(pool.query('select 1', [], { timeoutMs: 0 })).resolves.toMatchObject({ rowCount: 1 })
  })

  test('those in time are not touched by those that are not, whatever they share', async () => {
    await using pool = fixture.open({ max: 2 })
    const sleeping = 'select $1::int4 as n, pg_sleep($2)'
    let timeouts = 0
    for (let round = 0; round < 3; round++) {
      const calls = Array.from({ length: 150 }, async (_, n) => {
        const slow = n % 50 === 7
        const call = pool.query(sleeping, [n, slow ? 0.1 : 0], { timeoutMs: slow ? 20 : 60_000 })
        const result = await call.catch((error: unknown) => error)
        // An answer that has come by the time that this process gets to look at the clock is one.
        if (slow && result instanceof QueryTimeoutError) timeouts++
        else expect(result).toMatchObject({ rows: [{ n }] })
      })
      await Promise.all(calls)
    }
    expect(timeouts).toBeGreaterThan(0)
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('its connection comes back from a cursor that was too slow', async () => {
    await using pool = fixture.open({ max: 1 })
    await timeoutOf(pool.cursor(LONG, [], { timeoutMs: 50 }).next())
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })
})

describe('the default of a connection', () => {
  test('is for every call that has no limit of its own', async () => {
    await using connection = await open('?query_timeout_ms=50')
    expect(await timeoutOf(connection.query(LONG))).toMatchObject({ timeoutMs: 50 })
    expect(await timeoutOf(connection.fetchValue(LONG))).toMatchObject({ timeoutMs: 50 })
    expect(await timeoutOf(connection.stream(LONG).next())).toMatchObject({ timeoutMs: 50 })
    expect(await timeoutOf(connection.batch([{ sql: LONG }]))).toMatchObject({ timeoutMs: 50 })
    expect(await timeoutOf(connection.query(LONG, [], { timeoutMs: 20 }))).toMatchObject({ timeoutMs: 20 })
  })

  test.each([0, 60_000])('gives way to a timeoutMs of %i', async (timeoutMs) => {
    await using connection = await open('?query_timeout_ms=20')
    await connection.query('select pg_sleep(0.1)', [], { timeoutMs })
    for await (const rows of connection.stream('select pg_sleep(0.1)', [], { timeoutMs })) expect(rows).toHaveLength(1)
  })

  test('is not for scripts, nor for what a transaction sends by itself', async () => {
    await using connection = await open('?query_timeout_ms=50')
    await fixture.query(`
      create table if not exists slow_commit (n int4);
      create or replace function wait_a_moment() returns trigger language plpgsql as
        $$ begin perform pg_sleep(0.2); return null; end $$;
      drop trigger if exists slow on slow_commit;
      create constraint trigger slow after insert on slow_commit
        deferrable initially deferred for each row execute function wait_a_moment();
    `)
    await connection.execute('select pg_sleep(0.1)')
    await connection.transaction((tx) => tx.query('insert into slow_commit values (1)', [], { timeoutMs: 0 }))
    expect(await timeoutOf(connection.transaction((tx) => tx.query(LONG)))).toMatchObject({ timeoutMs: 50 })
    expect(connection.transactionStatus).toBe('I')
  })
})

describe('a stream', () => {
  test('has the time for each batch, and what its reader takes does not count', async () => {
    await using connection = await open()
    const time = stopTime()
    let rows = 0
    const stream = connection.stream('select pg_sleep(0.02) from generate_series(1, 12)', [], {
      batchRows: 2,
      timeoutMs: 200,
    })
    for (;;) {
      const next = stream.next()
      time.pass(199)
      const result = await next
      if (result.done === true) break
      rows += result.value.length
      time.pass(300)
    }
    expect(rows).toBe(12)
  })

  test('that is too slow in the middle has given its rows, and its connection serves on', async () => {
    await using connection = await open()
    const sql = 'select n, case when n > 4 then pg_sleep(600) end from generate_series(1, 6) n'
    const seen: unknown[] = []
    const reading = async () => {
      for await (const batch of connection.stream(sql, [], { batchRows: 2, timeoutMs: 100 })) seen.push(batch.length)
    }
    expect((await timeoutAsleep(connection, 100, reading)).outcome).toBe('unknown')
    expect(seen).toEqual([2, 2])
    expect(await one(connection)).toEqual([{ one: 1 }])
  })

  test('that waits for its connection too long is not sent', async () => {
    await using connection = await open()
    await using held = await hold()
    const slow = connection.query(HELD)
    expect((await timeoutOf(connection.stream('select 1', [], { timeoutMs: 20 }).next())).outcome).toBe('not-sent')
    await held.letGo()
    await slow
    expect(await one(connection)).toEqual([{ one: 1 }])
  })
})

describe('together with a signal', () => {
  test('whichever comes first decides', async () => {
    await using connection = await open()
    const controller = new AbortController()
    const first = connection.query(LONG, [], { signal: controller.signal, timeoutMs: 60_000 })
    controller.abort(new Error('enough'))
    await expect(first).rejects.toBe(controller.signal.reason)
    const { signal } = new AbortController()
    expect(await timeoutOf(connection.query(LONG, [], { signal, timeoutMs: 30 }))).toMatchObject({ timeoutMs: 30 })
    expect(await one(connection)).toEqual([{ one: 1 }])
  })

  test('leaves no listener on it', async () => {
    await using connection = await open()
    await using pool = fixture.open()
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    await timeoutOf(connection.query(LONG, [], { signal, timeoutMs: 20 }))
    await timeoutOf(pool.query(LONG, [], { signal, timeoutMs: 20 }))
    await connection.query('select 1', [], { signal, timeoutMs: 60_000 })
    await pool.query('select 1', [], { signal, timeoutMs: 60_000 })
    expect(added.mock.calls).toHaveLength(4)
    for (const [, listener] of added.mock.calls) expect(removed).toHaveBeenCalledWith('abort', listener)
  })

  test('that has fired already, nothing is sent', async () => {
    await using connection = await open()
    const signal = AbortSignal.abort()
    await expect(connection.query('insert into t values (1)', [], { signal, timeoutMs: 5 })).rejects.toBe(signal.reason)
    await using pool = fixture.open()
    await expect(pool.query('insert into t values (1)', [], { signal, timeoutMs: 5 })).rejects.toBe(signal.reason)
    expect(await inserted()).toBe(0)
  })
})

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '50', true, null])(
  'a timeoutMs of %o is refused, and nothing is sent',
  async (value) => {
    await using connection = await open()
    await using pool = fixture.open()
    const options = { timeoutMs: value as number }
    const refused = { name: 'UsageError', outcome: 'not-sent' }
    const insert = 'insert into t values (1)'
    await expect(connection.query(insert, [], options)).rejects.toMatchObject(refused)
    await expect(connection.batch([{ sql: insert }], options)).rejects.toMatchObject(refused)
    await expect(connection.executeMany(insert, [[]], options)).rejects.toMatchObject(refused)
    await expect(pool.query(insert, [], options)).rejects.toMatchObject(refused)
    await expect(connection.transaction((tx) => tx.query(insert, [], options))).rejects.toMatchObject(refused)
    expect(() => connection.stream(insert, [], options)).toThrow(UsageError)
    expect(await inserted()).toBe(0)
  },
)

test('no timer is left behind what was in time, and the process ends', async () => {
  const script = `
    import { connect, createPool } from 'kysely-pgwire'
    const url = process.env['DATABASE_URL']
    const connection = await connect(url + '?query_timeout_ms=600000')
    const pool = createPool({ connection: url })
    await connection.query('select 1')
    await connection.query('select 1', [], { timeoutMs: 600000 })
    await connection.query('selec', [], { timeoutMs: 600000 }).catch(() => {})
    await connection.batch([{ sql: 'select 1' }], { timeoutMs: 600000 })
    await connection.executeMany('select $1::int4', [[1], [2]], { timeoutMs: 600000 })
    for await (const row of connection.cursor('select * from generate_series(1, 100)')) if (row.generate_series === 60) break
    for await (const batch of connection.stream('select * from generate_series(1, 1000)')) {}
    await pool.query('select 1', [], { timeoutMs: 600000 })
    await connection.close()
    await pool.close()
    console.log(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length)`
  expect(await runScript(script, fixture.url)).toEqual({ code: 0, stdout: '0\n', stderr: '' })
})

test('the stack of the error ends in the caller', async () => {
  await using connection = await open()
  await using pool = fixture.open()
  const calling = (run: () => Promise<unknown>) =>
    async function theCaller() {
      await run()
    }
  for (const run of [
    () => connection.query(LONG, [], { timeoutMs: 5 }),
    () => connection.stream(LONG, [], { timeoutMs: 5 }).next(),
    () => pool.query(LONG, [], { timeoutMs: 5 }),
  ]) {
    expect((await timeoutOf(calling(run)())).stack).toContain('theCaller')
  }
})
