/** Which channels a listener listens to: names, sets that change, and calls that overlap. */
import { connect, listen } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { seededRandom } from '../support/random.ts'
import { take, told } from './listen-fixture.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
let pool: ReturnType<typeof fixture.open>

beforeAll(() => {
  pool = fixture.open()
})
afterAll(() => pool.close())

describe('a channel may be called', () => {
  test.each([
    ['by a word', 'jobs'],
    ['in upper case', 'Jobs'],
    ['with a space and a quote', `12+"34"' x`],
    ['like SQL', '"; drop table person; --'],
    ['with a backslash and a dollar', String.raw`a\b$1$$`],
    ['in any script', 'канал 通道 🐘'],
    ['with 63 bytes', 'é'.repeat(31) + 'x'],
    ['by a key word', 'select'],
  ])('%s', async (_how, channel) => {
    await using listener = await listen(pool, channel)
    await pool.notify(channel, 'heard')
    expect(await take(listener, 1)).toEqual([
      { type: 'notification', channel, payload: 'heard', processId: expect.any(Number) },
    ])
  })
})

describe('a channel is refused, and nothing is sent, when its name', () => {
  test.each([
    ['is empty', '', 'The name of a channel must not be empty'],
    ['has 64 bytes', 'é'.repeat(32), 'The name of a channel may have 63 bytes, and this one has 64'],
    ['contains NUL', 'a\0b', 'The name of a channel must not contain a NUL character'],
    ['contains half a character', 'a\ud800', 'The name of a channel must not contain a lone surrogate'],
    ['is no string', 7 as unknown as string, 'The name of a channel must be a string'],
  ])('%s', async (_what, channel, message) => {
    const refusal = { name: 'UsageError', outcome: 'not-sent', message }
    await expect(listen(pool, [channel])).rejects.toMatchObject(refusal)
    await expect(pool.notify(channel, '')).rejects.toMatchObject(refusal)
    await using connection = await connect(fixture.url)
    await expect(connection.listen(channel, () => {})).rejects.toMatchObject(refusal)
    await expect(connection.unlisten(channel)).rejects.toMatchObject(refusal)
    expect(connection.listening).toBe(false)
    await using listener = await listen(pool, 'other')
    await expect(listener.add(channel)).rejects.toMatchObject(refusal)
    expect(listener.channels).toEqual(['other'])
  })
})

test('several channels share a connection, and the order is kept across them', async () => {
  await using listener = await listen(pool, ['a', 'b', 'c', 'a'])
  expect(listener.channels).toEqual(['a', 'b', 'c'])
  await using connection = await connect(fixture.url)
  for (const channel of ['b', 'a', 'c', 'c', 'a']) await connection.notify(channel, `to ${channel}`)
  expect(told(await take(listener, 5))).toEqual(['to b', 'to a', 'to c', 'to c', 'to a'])
})

test('a channel that is added is heard from then on, one that is removed is not', async () => {
  await using listener = await listen(pool, [])
  await pool.notify('late', 'too early')
  await listener.add('late')
  await pool.notify('late', 'heard')
  await listener.add('end')
  await listener.remove('late')
  await pool.notify('late', 'too late')
  await pool.notify('end', 'end')
  expect(told(await take(listener, 2))).toEqual(['heard', 'end'])
  expect(listener.channels).toEqual(['end'])
})

test('10,000 additions and removals that overlap end with the set that was asked for last', async () => {
  const random = seededRandom()
  const names = Array.from({ length: 8 }, (_, at) => `race ${at}`)
  await using listener = await listen(pool, ['end'])
  const wanted = new Set<string>()
  const calls: Promise<void>[] = []
  for (let step = 0; step < 10_000; step++) {
    const name = names[random.between(0, names.length - 1)]!
    if (random.between(0, 1) === 0) {
      wanted.add(name)
      calls.push(listener.add(name))
    } else {
      wanted.delete(name)
      calls.push(listener.remove(name))
    }
    // Some of them have to meet a server that is in the middle of others.
    if (step % 100 === 0) await calls[random.between(0, calls.length - 1)]
  }
  await Promise.all(calls)
  expect(new Set(listener.channels), `seed ${random.seed}`).toEqual(new Set([...wanted, 'end']))
  for (const name of [...names, 'end']) await pool.notify(name, name)
  expect(told(await take(listener, wanted.size + 1)), `seed ${random.seed}`).toEqual([
    ...names.filter((name) => wanted.has(name)),
    'end',
  ])
})

test('the same on a plain connection, where the server says what it listens to', async () => {
  const random = seededRandom()
  const names = Array.from({ length: 8 }, (_, at) => `race ${at}`)
  const callbacks = [() => {}, () => {}]
  await using connection = await connect(fixture.url)
  const wanted = new Map(names.map((name) => [name, new Set<() => void>()]))
  const calls: Promise<void>[] = []
  for (let step = 0; step < 10_000; step++) {
    const name = names[random.between(0, names.length - 1)]!
    const callback = callbacks[random.between(0, 1)]!
    const adds = random.between(0, 1) === 0
    wanted.get(name)?.[adds ? 'add' : 'delete'](callback)
    calls.push(adds ? connection.listen(name, callback) : connection.unlisten(name, callback))
    if (step % 100 === 0) await calls[random.between(0, calls.length - 1)]
  }
  await Promise.all(calls)
  const { rows } = await connection.query<{ name: string }>('select pg_listening_channels() as name order by 1')
  expect(
    rows.map((row) => row.name),
    `seed ${random.seed}`,
  ).toEqual(names.filter((name) => wanted.get(name)?.size !== 0))
})
