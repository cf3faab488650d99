import { expect, test } from 'vitest'

import { commandComplete, errorResponse, readyForQuery } from '../../../../test/support/backend-messages.ts'
import { memorySession } from '../../../../test/support/memory-session.ts'
import { ChannelSet } from './channel-set.ts'

const memory = () => {
  const session = memorySession()
  const channels = new ChannelSet()
  channels.attach(session.session)
  const statements = () => session.written().map((message) => (message.type === 'query' ? message.sql : message.type))
  return { ...session, channels, statements }
}

test('statements leave in the order in which they were asked for, without waiting for each other', async () => {
  const { channels, feed, statements } = memory()
  const asked = [channels.listen('a'), channels.unlisten('a'), channels.listen('a'), channels.listen('b')]
  expect(statements()).toEqual(['listen "a"', 'unlisten "a"', 'listen "a"', 'listen "b"'])
  for (const tag of ['LISTEN', 'UNLISTEN', 'LISTEN', 'LISTEN']) feed(commandComplete(tag), readyForQuery())
  await Promise.all(asked)
  // The answer to UNLISTEN was not the last word on that channel.
  expect([...channels.known]).toEqual(['a', 'b'])
})

test('a new session is told everything that is wanted in one script', async () => {
  const { channels } = memory()
  for (const channel of ['a', 'b', 'c']) channels.want(channel)
  channels.unwant('b')
  const next = memory()
  channels.attach(next.session)
  const told = channels.listenToAll()
  expect(next.statements()).toEqual(['listen "a"; listen "c"'])
  next.feed(commandComplete('LISTEN'), commandComplete('LISTEN'), readyForQuery())
  await told
  expect([...channels.known]).toEqual(['a', 'c'])
})

test('UNLISTEN counts when it is committed, as of its own answer', async () => {
  const { channels, feed, statements } = memory()
  const listening = channels.listen('a')
  statements()
  feed(commandComplete('LISTEN'), readyForQuery())
  await listening
  const inTransaction = channels.unlisten('a')
  statements()
  feed(commandComplete('UNLISTEN'), readyForQuery('T'))
  await inTransaction
  expect([...channels.known]).toEqual(['a'])
  const outside = channels.unlisten('a')
  expect(statements()).toEqual(['unlisten "a"'])
  feed(commandComplete('UNLISTEN'), readyForQuery())
  await outside
  expect([...channels.known]).toEqual([])
})

test('of a channel that was never listened to, the server is told nothing', async () => {
  const { channels, statements } = memory()
  await channels.unlisten('a')
  expect(statements()).toEqual([])
})

test('a refusal by the server rejects, and the channel counts as listened to until UNLISTEN', async () => {
  const { channels, feed, statements } = memory()
  const refused = channels.listen('a')
  statements()
  feed(errorResponse({ C: '25P02', M: 'current transaction is aborted' }), readyForQuery('E'))
  await expect(refused).rejects.toMatchObject({ code: '25P02' })
  expect([...channels.known]).toEqual(['a'])
})
