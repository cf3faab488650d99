import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

import pg from 'pg'
import { expect, test } from 'vitest'

import { commandComplete, dataRow, int32, joined, readyForQuery, rowDescription, uint8 } from './backend-messages.ts'
import { type Faults, faultProxy } from './fault-proxy.ts'
import { holdPort } from './postgres/held-port.ts'
import { scriptedServer } from './scripted-server.ts'

/** A server that answers a startup message with `reply`, and a client that has sent one through a proxy. */
async function sender(reply: string, faults: Faults = {}) {
  const server = await scriptedServer(async (peer) => {
    await peer.startup()
    peer.send(reply)
    peer.close()
  })
  const proxy = await faultProxy(server, faults)
  return { proxy, client: startUp(proxy), [Symbol.asyncDispose]: () => closeAll(proxy, server) }
}

function startUp(place: { readonly host: string; readonly port: number }): Socket {
  const socket = connect(place)
  socket.write(joined([int32(9), int32(3 << 16), uint8(0)]))
  return socket
}

/** A server that answers each simple query with one row, and the proxy before it. */
async function answering(faults: Faults = {}) {
  const server = await scriptedServer(async (peer) => {
    await peer.login()
    for (;;) {
      const message = await peer.message()
      if (message.type === 'terminate') return
      peer.send(rowDescription({ name: 'n' }), dataRow('1'), dataRow('2'), commandComplete('SELECT 2'), readyForQuery())
    }
  })
  const proxy = await faultProxy(server, faults)
  const client = new pg.Client({ connectionString: proxy.through(server.url) })
  const lost = once(client, 'error')
  // pg reports a lost connection more than once.
  client.on('error', () => {})
  await client.connect()
  return { server, proxy, client, lost, [Symbol.asyncDispose]: () => closeAll(proxy, server) }
}

async function closeAll(...closeables: { close(): Promise<void> }[]): Promise<void> {
  for (const closeable of closeables) await closeable.close()
}

async function errorCode(socket: Socket): Promise<unknown> {
  const [error] = await once(socket.resume(), 'error')
  return (error as NodeJS.ErrnoException).code
}

test('without faults everything passes in both directions, and is counted', async () => {
  await using run = await answering()
  for (let count = 0; count < 3; count++) {
    const { rows } = await run.client.query('select n')
    expect(rows).toEqual([{ n: '1' }, { n: '2' }])
  }
  // One flight for the startup message, and one for each query.
  expect(run.proxy.flights).toBe(4)
  expect(run.proxy.bytesToServer).toBeGreaterThan(3 * 'select n'.length)
  await run.client.end()
})

test('a cut by FIN lets exactly that many bytes of the server through', async () => {
  await using run = await sender('0123456789', { toClient: { cutAfterBytes: 4 } })
  expect(String(await buffer(run.client))).toBe('0123')
  expect(run.proxy.bytesToClient).toBe(4)
})

test('a cut by RST ends with ECONNRESET', async () => {
  await using run = await sender('0123456789', { toClient: { cutAfterBytes: 4, cutBy: 'reset' } })
  expect(await errorCode(run.client)).toBe('ECONNRESET')
  expect(run.proxy.bytesToClient).toBe(4)
})

test('a cut in the direction of the server lets exactly that many bytes of the client through', async () => {
  await using run = await answering()
  run.proxy.setFaults({ toServer: { cutAfterBytes: run.proxy.bytesToServer + 3 } })
  const before = run.proxy.bytesToServer
  await expect(run.client.query('select n')).rejects.toThrow('Connection terminated unexpectedly')
  expect(run.proxy.bytesToServer).toBe(before + 3)
})

test('pieces of one byte arrive as chunks of one byte', async () => {
  await using run = await sender('0123456789', { toClient: { pieceBytes: 1 } })
  const chunks: string[] = []
  run.client.on('data', (chunk) => chunks.push(String(chunk)))
  await once(run.client, 'end')
  expect(chunks).toEqual('0123456789'.split(''))
})

test('a delay is paid by each chunk from when it came, and not one after the other', async () => {
  const CHUNKS = 50
  const DELAY_MS = 200
  await using server = await scriptedServer(async (peer) => {
    await peer.startup()
    await peer.sendInPieces(1, 'x'.repeat(CHUNKS))
    peer.close()
  })
  await using proxy = await faultProxy(server, { toClient: { delayMs: DELAY_MS } })
  const start = performance.now()
  expect(await buffer(startUp(proxy))).toHaveLength(CHUNKS)
  const elapsedMs = performance.now() - start
  expect(elapsedMs).toBeGreaterThanOrEqual(DELAY_MS)
  expect(elapsedMs).toBeLessThan((CHUNKS * DELAY_MS) / 2)
})

test('a limited rate takes the time that it says', async () => {
  await using run = await sender('x'.repeat(300), { toClient: { bytesPerSecond: 1000 } })
  const start = performance.now()
  expect(await buffer(run.client)).toHaveLength(300)
  expect(performance.now() - start).toBeGreaterThanOrEqual(280)
})

test('a stalled connection delivers nothing, and everything after it resumes', async () => {
  await using run = await answering()
  run.proxy.stall()
  const before = run.proxy.bytesToServer
  const answered = run.client.query('select n')
  await expect.poll(() => run.proxy.connections[0]?.toServer.heldBytes).toBeGreaterThan(0)
  expect(run.proxy.bytesToServer).toBe(before)
  run.proxy.resume()
  await expect(answered).resolves.toMatchObject({ rowCount: 2 })
  await run.client.end()
})

test('a connection made while the proxy is stalled waits too', async () => {
  await using run = await sender('hello')
  await buffer(run.client)
  run.proxy.stall()
  const late = startUp(run.proxy)
  let arrived = 0
  late.on('data', (chunk) => (arrived += chunk.length))
  await expect.poll(() => run.proxy.connections[1]?.toServer.heldBytes).toBe(9)
  expect(arrived).toBe(0)
  run.proxy.resume()
  await once(late, 'end')
  expect(arrived).toBe(5)
})

test('reset ends every present connection with ECONNRESET', async () => {
  await using run = await answering()
  run.proxy.reset()
  const [error] = await run.lost
  expect(error).toMatchObject({ code: 'ECONNRESET' })
})

test('cut ends every present connection in an orderly way', async () => {
  await using run = await answering()
  run.proxy.cut()
  const [error] = await run.lost
  expect(error).toMatchObject({ message: 'Connection terminated unexpectedly' })
  await run.proxy.connections[0]?.closed
})

test('refused connections meet ECONNREFUSED, while those before live on; accepted again on the same port', async () => {
  await using run = await answering()
  run.proxy.refuse()
  expect(await errorCode(connect(run.proxy))).toBe('ECONNREFUSED')
  await expect(run.client.query('select n')).resolves.toMatchObject({ rowCount: 2 })
  await run.proxy.accept()
  const again = connect(run.proxy)
  await once(again, 'connect')
  again.destroy()
  await run.client.end()
})

test('a client of an unreachable server is reset', async () => {
  await using held = await holdPort()
  await using proxy = await faultProxy({ host: '127.0.0.1', port: held.port })
  expect(await errorCode(connect(proxy))).toBe('ECONNRESET')
})

test('a hook runs behind the n-th message of its type, and before the next byte', async () => {
  await using run = await answering()
  const fired = run.proxy.after('D', 3, (connection) => connection.cut())
  await expect(run.client.query('select n')).resolves.toMatchObject({ rowCount: 2 })
  const received: unknown[] = []
  const query = new pg.Query('select n')
  run.client.query(query)
  query.on('row', (row) => received.push(row))
  await expect(once(query, 'end')).rejects.toThrow('Connection terminated unexpectedly')
  expect(received).toEqual([{ n: '1' }])
  await expect(fired).resolves.toBe(run.proxy.connections[0])
})

test('hooks find their message even when it comes in single bytes', async () => {
  await using run = await answering({ toClient: { pieceBytes: 1 } })
  const fired = run.proxy.after('Z', 1)
  await run.client.query('select n')
  await fired
  await run.client.end()
})
