/** `notify` on connections, pools, Kysely and transactions, and what of it arrives. */
import { connect, listen, type Listener, notify } from 'kysely-pgwire'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { type OpenKysely, petShop } from './kysely-fixture.ts'
import { take, told } from './listen-fixture.ts'

const shop = petShop()
let open: OpenKysely
let listener: Listener

beforeAll(() => {
  open = shop.open()
})
afterAll(() => open.db.destroy())

beforeEach(async () => {
  listener = await listen(open.db, 'news')
})
afterEach(() => listener.close())

describe('a payload', () => {
  test.each([
    ['of 7999 bytes', 'x'.repeat(7_999)],
    ['of 7999 bytes in 2667 characters', '通'.repeat(2_666) + 'x'],
    ['that is empty', ''],
    ['in any script', 'канал\n🐘\t"quoted" \\ $1'],
  ])('%s arrives as it was sent', async (_what, payload) => {
    await notify(open.db, 'news', payload)
    expect(told(await take(listener, 1))).toEqual([payload])
  })

  test.each([
    ['of 8000 bytes', 'x'.repeat(8_000), 'The payload of a notification may have 7999 bytes, and this one has 8000'],
    [
      'of 8001 bytes in 2667 characters',
      '通'.repeat(2_667),
      'The payload of a notification may have 7999 bytes, and this one has 8001',
    ],
    ['with a NUL', 'a\0b', 'The payload of a notification must not contain a NUL character'],
    ['with half a character', '\udc00', 'The payload of a notification must not contain a lone surrogate'],
    ['that is no string', {} as string, 'The payload of a notification must be a string'],
  ])('%s is refused, and nothing is sent', async (_what, payload, message) => {
    await using connection = await connect(shop.url)
    await connection.execute('begin')
    const refusal = { name: 'UsageError', outcome: 'not-sent', message }
    await expect(notify(open.db, 'news', payload)).rejects.toMatchObject(refusal)
    await expect(connection.notify('news', payload)).rejects.toMatchObject(refusal)
    expect(connection.transactionStatus).toBe('T')
  })

  test('need not be given', async () => {
    await notify(open.db, 'news')
    expect(told(await take(listener, 1))).toEqual([''])
  })
})

test('a notification names the backend that has sent it', async () => {
  await using connection = await connect(shop.url)
  await connection.notify('news', 'from a connection')
  expect(await take(listener, 1)).toEqual([
    { type: 'notification', channel: 'news', payload: 'from a connection', processId: connection.processId },
  ])
})

test('in a transaction it is sent with the commit, and with a rollback never', async () => {
  await expect(
    open.db.transaction().execute(async (trx) => {
      await notify(trx, 'news', 'rolled back')
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  await open.db.transaction().execute(async (trx) => {
    await notify(trx, 'news', 'first in the transaction')
    await notify(open.db, 'news', 'outside')
    expect(told(await take(listener, 1))).toEqual(['outside'])
    await notify(trx, 'news', 'second in the transaction')
  })
  expect(told(await take(listener, 2))).toEqual(['first in the transaction', 'second in the transaction'])
})

test('with an aborted signal nothing is sent', async () => {
  const reason = new Error('enough')
  await expect(notify(open.db, 'news', 'aborted', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  await notify(open.db, 'news', 'sent')
  expect(told(await take(listener, 1))).toEqual(['sent'])
})

test('a listener of a Kysely or a transaction is no connection of its pool, and ends with it', async () => {
  const { db } = shop.open({ pool: { max: 1 } })
  const outside = await listen(db, 'news')
  const inside = await db.transaction().execute(async (trx) => listen(trx, 'news'))
  await notify(db, 'news', 'to both')
  expect(told([...(await take(outside, 1)), ...(await take(inside, 1))])).toEqual(['to both', 'to both'])
  await db.destroy()
  expect(await outside.next()).toEqual({ done: true, value: undefined })
  expect(await inside.next()).toEqual({ done: true, value: undefined })
})

test('a trigger that notifies is heard when the change is committed', async () => {
  await shop.refill()
  await shop.query(`
    create function tell() returns trigger language plpgsql as
      $$ begin perform pg_notify('news', new.name); return new; end $$;
    create trigger tell after update on person for each row execute function tell()`)
  await open.db.updateTable('person').set({ age: 1 }).where('name', 'in', ['Ann', 'Bob']).execute()
  expect(told(await take(listener, 2)).toSorted()).toEqual(['Ann', 'Bob'])
})
