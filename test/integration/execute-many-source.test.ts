/** Where the rows of an `executeMany` come from, and what their source may ask for on the way. */
import { Readable } from 'node:stream'

import { Kysely } from 'kysely'
import { type Connection, executeMany, PgwireDialect, type Placeholders, UsageError } from 'kysely-pgwire'
import { beforeEach, describe, expect, test } from 'vitest'

import { deallocating } from './deallocating.ts'
import { ledger } from './ledger.ts'

const facts = ledger()
beforeEach(() => facts.empty())

const INSERT = 'insert into ledger values ($1)'
const ONE = 'select 1 as one'

const usable = async (connection: Connection) => expect(await connection.fetchValue(ONE)).toBe(1)

test('rows that are there keep their place in the order of the calls of one tick', async () => {
  await using connection = await facts.connect()
  const counted = 'select count(*)::int as n from ledger'
  const [before, , behind] = await Promise.all([
    connection.fetchValue(counted),
    connection.executeMany(INSERT, [[1], [2], [3]]),
    connection.fetchValue(counted),
  ])
  expect([before, behind]).toEqual([0, 3])
})

test('others do not wait for a first row that is not there yet', async () => {
  await using connection = await facts.connect()
  const first = Promise.withResolvers<void>()
  async function* rows() {
    await first.promise
    yield [1]
  }
  const inserted = connection.executeMany(INSERT, rows())
  await usable(connection)
  first.resolve()
  expect((await inserted).rowCount).toBe(1)
})

test.each(deallocating)(
  'a source may fill one array again and again, also where rows are sent twice: %s',
  async (command) => {
    await using connection = await facts.connect()
    await connection.executeMany(INSERT, [[0]])
    await connection.execute(command)
    const row = [0]
    function* rows() {
      for (row[0] = 1; row[0] <= 100; row[0]++) yield row
    }
    expect((await connection.executeMany(INSERT, rows())).rowCount).toBe(100)
    expect(await facts.all()).toEqual(Array.from({ length: 101 }, (_, n) => n))
  },
)

test('rows of a transaction are a part of it, and one whose rows are incomplete has failed', async () => {
  await using connection = await facts.connect()
  await connection.transaction(async (transaction) => {
    expect((await transaction.executeMany(INSERT, [[1], [2]])).rowCount).toBe(2)
    await transaction.transaction(async (nested) => {
      const returned = await nested.executeMany(`${INSERT} returning n`, [[3]], { returning: true })
      expect(returned.rows).toEqual([{ n: 3 }])
    })
  })
  expect(await facts.all()).toEqual([1, 2, 3])
  const failed = connection.transaction(async (transaction) => {
    await transaction.executeMany(INSERT, [[4], [1]]).catch(() => {})
  })
  await expect(failed).rejects.toMatchObject({ name: 'AbortedTransactionError', cause: { code: '23505', rowIndex: 1 } })
  const controller = new AbortController()
  const aborted = connection.transaction(
    (transaction) =>
      transaction.executeMany(
        INSERT,
        (async function* () {
          yield [5]
          controller.abort(new Error('enough'))
          await new Promise(() => {})
        })(),
      ),
    { signal: controller.signal },
  )
  await expect(aborted).rejects.toThrow('enough')
  expect(await facts.all()).toEqual([1, 2, 3])
})

test.each([0, 1, 2, 5_000, 20_000])('a source may give everything up itself, here at row %i', async (end) => {
  await using connection = await facts.connect()
  for (const kind of ['sync', 'async']) {
    const controller = new AbortController()
    function* rows() {
      for (let n = 0; n < 30_000; n++) {
        if (n === end) controller.abort(new Error('enough'))
        yield [n]
      }
    }
    const source =
      kind === 'sync'
        ? rows()
        : (async function* () {
            yield* rows()
          })()
    const inserted = connection.executeMany(INSERT, source, { signal: controller.signal })
    await expect(inserted).rejects.toThrow('enough')
    await usable(connection)
    expect(await facts.all()).toEqual([])
  }
})

describe('a source that waits for a statement on the same connection is told so, instead of waiting for ever:', () => {
  const asked: Readonly<Record<string, (connection: Connection) => Promise<unknown>>> = {
    query: (connection) => connection.query(ONE),
    execute: (connection) => connection.execute(ONE),
    batch: (connection) => connection.batch([{ sql: ONE }]),
    cursor: (connection) => connection.cursor(ONE).fetch(1),
    prepare: (connection) => connection.prepare('select 2'),
    executeMany: (connection) => connection.executeMany('select $1::int', [[1]]),
    transaction: (connection) => connection.transaction(async () => {}),
    reset: (connection) => connection.reset(),
  }

  test.each(Object.entries(asked))('%s', async (_verb, ask) => {
    await using connection = await facts.connect()
    async function* rows() {
      for (let n = 1; ; n++) {
        yield [n]
        // Behind something else that takes its time.
        await new Promise((resolve) => setTimeout(resolve, 1))
        if (n === 3) await ask(connection)
      }
    }
    const failed = connection.executeMany(INSERT, rows())
    await expect(failed).rejects.toThrow(UsageError)
    await expect(failed).rejects.toMatchObject({ outcome: 'rolled-back' })
    expect(await facts.all()).toEqual([])
    await usable(connection)
  })

  test('a stream that was begun before', async () => {
    await using connection = await facts.connect()
    const late = connection.stream(ONE)
    async function* rows() {
      yield [1]
      for await (const batch of late) yield [batch.length]
    }
    await expect(connection.executeMany(INSERT, rows())).rejects.toThrow(UsageError)
    await usable(connection)
  })

  test('the rows of a stream that has more of them', async () => {
    await using connection = await facts.connect()
    const numbers = async function* (count: number) {
      for await (const { n } of connection.cursor<{ n: number }>('select generate_series(1, $1::int) as n', [count])) {
        yield [n]
      }
    }
    // Two batches of 50, the second of which is the last, come without being asked for.
    expect((await connection.executeMany(INSERT, numbers(99))).rowCount).toBe(99)
    await facts.empty()
    await expect(connection.executeMany(INSERT, numbers(151))).rejects.toThrow(UsageError)
    expect(await facts.all()).toEqual([])
    await usable(connection)
  })

  test('within the source of a source', async () => {
    await using connection = await facts.connect()
    await using other = await facts.connect()
    async function* inner() {
      yield [1]
      await connection.query(ONE)
    }
    async function* outer() {
      yield [1]
      await other.executeMany('select $1::int', inner())
    }
    await expect(connection.executeMany(INSERT, outer())).rejects.toThrow(UsageError)
    await usable(connection)
    await usable(other)
  })

  test('in a transaction of Kysely', async () => {
    const dialect = new PgwireDialect({ connection: facts.url, pool: { max: 2 } })
    await using db = new Kysely<{ ledger: { n: number } }>({ dialect })
    const inserted = (trx: Kysely<{ ledger: { n: number } }>, asked: Kysely<{ ledger: { n: number } }>) =>
      executeMany(
        trx,
        (p: Placeholders<{ n: number }>) => trx.insertInto('ledger').values({ n: p('n') }),
        (async function* () {
          yield { n: 1 }
          const { count } = await asked
            .selectFrom('ledger')
            .select((eb) => eb.fn.countAll().as('count'))
            .executeTakeFirstOrThrow()
          yield { n: 2 + Number(count) }
        })(),
      )
    await expect(db.transaction().execute((trx) => inserted(trx, trx))).rejects.toThrow(UsageError)
    expect(await facts.all()).toEqual([])
    // Another connection, and somebody else on the same one, are in nobody's way.
    const done = db.transaction().execute(async (trx) => {
      const [many] = await Promise.all([inserted(trx, db), trx.selectFrom('ledger').select('n').execute()])
      return [many.numAffectedRows, (await trx.selectFrom('ledger').select('n').execute()).length]
    })
    expect(await done).toEqual([2n, 2])
  })
})

describe('a source may ask', () => {
  test('the same connection, as long as there is no row', async () => {
    await using connection = await facts.connect()
    async function* rows() {
      for (const { n } of await connection.fetch<{ n: number }>('select generate_series(1, 100) as n')) yield [n]
    }
    expect((await connection.executeMany(INSERT, rows())).rowCount).toBe(100)
  })

  test('another connection', async () => {
    await using connection = await facts.connect()
    await using other = await facts.connect()
    async function* rows() {
      for await (const { n } of other.cursor<{ n: number }>('select generate_series(1, 5000) as n')) yield [n]
      yield [await other.fetchValue('select 0')]
    }
    expect((await connection.executeMany(INSERT, rows())).rowCount).toBe(5_001)
  })

  test('the same connection once it has failed', async () => {
    await using connection = await facts.connect()
    const logged = Promise.withResolvers<unknown>()
    async function* rows() {
      try {
        yield [1]
        yield [1]
        await new Promise(() => {})
      } finally {
        logged.resolve(connection.fetchValue(ONE))
      }
    }
    await expect(connection.executeMany(INSERT, Readable.from(rows()))).rejects.toMatchObject({ code: '23505' })
    await usable(connection)
  })

  test('somebody else’s statement on the same connection, which waits for its turn', async () => {
    await using connection = await facts.connect()
    const begun = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    async function* rows() {
      yield [1]
      begun.resolve()
      await goOn.promise
      yield [2]
    }
    const inserted = connection.executeMany(INSERT, rows())
    await begun.promise
    const counted = connection.fetchValue('select count(*)::int from ledger')
    goOn.resolve()
    expect((await inserted).rowCount).toBe(2)
    expect(await counted).toBe(2)
  })
})
