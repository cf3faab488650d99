/** A listener whose connection is lost: a gap, once and in its place, and then everything again. */
import { listen, type Listener } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { hearing, take, told } from './listen-fixture.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()

const kill = (listener: Listener) => fixture.query('select pg_terminate_backend($1, 5000)', [listener.processId])

test('a killed connection is opened again: one gap, and then notifications of all channels', async () => {
  await using pool = fixture.open()
  await using listener = await listen(pool, ['a', 'b'])
  await pool.notify('a', 'before')
  // It has arrived, and nobody has taken it.
  await listener.add('c')
  const { processId } = listener
  await kill(listener)
  await listener.add('d')
  expect(listener.processId).not.toBe(processId)
  for (const channel of ['a', 'b', 'c', 'd']) await pool.notify(channel, `to ${channel}`)
  const events = await take(listener, 6)
  expect(told(events)).toEqual(['before', 'gap: connection-lost', 'to a', 'to b', 'to c', 'to d'])
  expect(events[1]).toMatchObject({ type: 'gap', cause: { name: 'AdminShutdownError', code: '57P01' } })
})

test('callbacks are told of the gap in its place', async () => {
  await using pool = fixture.open()
  const heard = hearing()
  await using listener = await listen(pool, 'a', heard.callbacks)
  await pool.notify('a', 'before')
  await expect.poll(() => heard.events.length).toBe(1)
  await kill(listener)
  await expect.poll(() => heard.events.length).toBe(2)
  await pool.notify('a', 'after')
  await expect.poll(() => told(heard.events)).toEqual(['before', 'gap: connection-lost', 'after'])
  expect(heard.errors).toEqual([])
})

test('what is read after the gap and what is notified after it is everything, whenever the connection is lost', async () => {
  await using pool = fixture.open()
  await pool.query('create table job (id int primary key)')
  await using listener = await listen(pool, 'job', { maxReconnectDelayMs: 5 })
  const seen = new Set<number>()
  const count = 300
  const writing = (async () => {
    for (let id = 1; id <= count; id++) {
      await pool.query(
        `with written as (insert into job values ($1) returning id) select pg_notify('job', id::text) from written`,
        [id],
      )
      if (id % 100 === 50 && listener.processId !== undefined) await kill(listener)
    }
  })()
  let gaps = 0
  for await (const event of listener) {
    if (event.type === 'notification') seen.add(Number(event.payload))
    else {
      gaps++
      const { rows } = await pool.query<{ id: number }>('select id from job')
      for (const { id } of rows) seen.add(id)
    }
    if (seen.size === count) break
  }
  await writing
  expect(seen.size).toBe(count)
  expect(gaps).toBeGreaterThan(0)
})

describe('while it has no connection', () => {
  /** A database in which nobody can log in any more. */
  async function shutOut(listener: Listener, name: string): Promise<void> {
    await fixture.server.query(`alter database ${name} with allow_connections false`)
    await fixture.server.query('select pg_terminate_backend($1, 5000)', [listener.processId])
    await expect.poll(() => listener.processId).toBe(undefined)
  }
  const letIn = (name: string) => fixture.server.query(`alter database ${name} with allow_connections true`)

  test('attempts are reported; channels can be added and removed, and count when it is back: with one gap', async () => {
    await using database = await fixture.server.createDatabase()
    const heard = hearing()
    await using listener = await listen(database.url, ['kept', 'removed'], {
      ...heard.callbacks,
      maxReconnectDelayMs: 5,
    })
    await shutOut(listener, database.name)
    await expect.poll(() => heard.errors.length).toBeGreaterThan(2)
    const changes = Promise.all([listener.add('added'), listener.remove('removed')])
    expect(listener.channels).toEqual(['kept', 'added'])
    await letIn(database.name)
    await changes
    for (const channel of ['kept', 'removed', 'added']) {
      await fixture.server.query('select pg_notify($1, $1)', [channel], database.name)
    }
    await expect.poll(() => told(heard.events)).toEqual(['gap: connection-lost', 'kept', 'added'])
    expect(heard.errors[0]).toMatchObject({ name: 'ObjectNotInPrerequisiteStateError', code: '55000' })
  })

  test('it can be closed: what waits for the connection rejects', async () => {
    await using database = await fixture.server.createDatabase()
    const listener = await listen(database.url, 'a')
    await shutOut(listener, database.name)
    const adding = listener.add('b')
    const rejected = expect(adding).rejects.toMatchObject({ name: 'UsageError', message: 'The listener is closed' })
    const next = listener.next()
    await listener.close()
    await rejected
    expect(await next).toEqual({ done: true, value: undefined })
  })
})
