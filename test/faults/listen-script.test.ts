/** What a real server says only now and then, in an order that it may choose. */
import { createPool, listen } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { take, told } from '../integration/listen-fixture.ts'
import { commandComplete, errorResponse, notificationResponse, readyForQuery } from '../support/backend-messages.ts'
import { type ScriptedPeer, scriptedServer } from '../support/scripted-server.ts'

async function listening(peer: ScriptedPeer): Promise<void> {
  await peer.login()
  expect(await peer.message()).toEqual({ type: 'query', sql: 'listen "a"' })
}

test('a notification that comes before LISTEN is answered comes behind the gap', async () => {
  await using server = await scriptedServer(async (peer, index) => {
    await listening(peer)
    peer.send(
      notificationResponse(7, 'a', `early ${index}`),
      commandComplete('LISTEN'),
      notificationResponse(7, 'a', `in between ${index}`),
      readyForQuery(),
    )
    if (index === 0) peer.close()
  })
  await using listener = await listen(server.url, 'a', { maxReconnectDelayMs: 1 })
  const events = told(await take(listener, 5))
  expect(events).toEqual(['early 0', 'in between 0', 'gap: connection-lost', 'early 1', 'in between 1'])
})

test('connections that are lost before they listen are no gaps of their own, and each is reported', async () => {
  await using server = await scriptedServer(async (peer, index) => {
    await listening(peer)
    if (index === 1) peer.close()
    else if (index === 2)
      peer.send(errorResponse({ C: '25006', M: 'cannot execute LISTEN during recovery' }), readyForQuery())
    else peer.send(commandComplete('LISTEN'), readyForQuery(), notificationResponse(7, 'a', `from ${index}`))
    if (index === 0) peer.close()
  })
  const errors: unknown[] = []
  const onError = (error: unknown) => void errors.push(error)
  await using listener = await listen(server.url, 'a', { maxReconnectDelayMs: 1, onError })
  expect(told(await take(listener, 3))).toEqual(['from 0', 'gap: connection-lost', 'from 3'])
  expect(errors).toMatchObject([{ code: 'PGWIRE_CONNECTION_LOST' }, { code: '25006' }])
  await server.peers[2]?.closed
})

test('a refused LISTEN rejects and leaves no connection behind', async () => {
  await using server = await scriptedServer(async (peer) => {
    await listening(peer)
    peer.send(errorResponse({ C: '25006', M: 'cannot execute LISTEN during recovery' }), readyForQuery())
  })
  await expect(listen(server.url, 'a')).rejects.toMatchObject({ name: 'ReadOnlySqlTransactionError', code: '25006' })
  await (
    await server.peer(0)
  ).closed
})

test.each([
  ['logs in', async (peer: ScriptedPeer) => void (await peer.startup())],
  ['waits for the answer to LISTEN', listening],
])('aborted, or closed with its pool, while it %s, it lets go of its connection at once', async (_when, play) => {
  const reached = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  await using server = await scriptedServer(async (peer, index) => {
    await play(peer)
    reached[index]?.resolve()
  })
  const controller = new AbortController()
  const reason = new Error('enough')
  const aborted = expect(listen(server.url, 'a', { signal: controller.signal })).rejects.toBe(reason)
  await reached[0]?.promise
  controller.abort(reason)
  await aborted
  await server.peers[0]?.closed

  const pool = createPool({ connection: server.url })
  const refused = expect(listen(pool, 'a')).rejects.toMatchObject({ name: 'PoolClosedError' })
  await reached[1]?.promise
  await pool.close()
  await refused
  await server.peers[1]?.closed
})
