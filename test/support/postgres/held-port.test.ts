import { once } from 'node:events'
import { connect, createServer } from 'node:net'

import { expect, test } from 'vitest'

import { holdPort } from './held-port.ts'

/** What becomes of a connection to a port. */
async function outcome(port: number): Promise<unknown> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return 'connected'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  } finally {
    socket.destroy()
  }
}

test('whoever connects to a port that is held is refused', async () => {
  await using held = await holdPort()
  expect(await outcome(held.port)).toBe('ECONNREFUSED')
})

test('who names it can listen on it, and it can be held again afterwards', async () => {
  const held = await holdPort()
  const server = createServer((socket) => socket.destroy())
  server.listen(held.port, '127.0.0.1')
  await once(server, 'listening')
  expect(await outcome(held.port)).toBe('connected')
  await expect(holdPort(held.port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  held.release()
  expect(await outcome(held.port)).toBe('connected')
  server.close()
  await once(server, 'close')
  await using again = await holdPort(held.port)
  expect(again.port).toBe(held.port)
  expect(await outcome(again.port)).toBe('ECONNREFUSED')
})
