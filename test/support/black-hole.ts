/**
 * An address that swallows packets, on this machine: a listener who accepts nobody, and whose queue is full. Linux drops what
 * comes then, and says nothing, as a firewall or a network without a route does.
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

import type { BlackHoleOrder } from './black-hole-worker.ts'
import { eventLoopTurn } from './event-loop-turn.ts'

export interface BlackHole extends AsyncDisposable {
  readonly port: number
  /** Has it accept, and hang up on, everybody who waits or still comes. */
  wake(): void
  /** Resolves once a connection beside those that filled the queue has been accepted. */
  visited(): Promise<void>
}

const BACKLOG = 1

/** One more than the backlog says. */
const QUEUE_LENGTH = BACKLOG + 1

/** Port 0: one that the system chooses. */
export async function blackHole(host: string, port = 0): Promise<BlackHole> {
  const awake = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const order: BlackHoleOrder = { host, port, backlog: BACKLOG, awake }
  const worker = new Worker(new URL('black-hole-worker.ts', import.meta.url), { workerData: order })
  const [found] = (await once(worker, 'message')) as [number]
  const wake = (): void => {
    Atomics.store(awake, 0, 1)
    Atomics.notify(awake, 0)
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  let accepted = 0
  worker.on('message', () => {
    accepted += 1
    if (accepted > QUEUE_LENGTH) resolve()
  })
  const fillers = await Promise.all(Array.from({ length: QUEUE_LENGTH }, () => waiting(host, found)))
  // A client may know of its connection before the listener's queue does.
  while ((await queueLength(host, found)) < QUEUE_LENGTH) await eventLoopTurn()
  return {
    port: found,
    wake,
    visited: () => promise,
    [Symbol.asyncDispose]: async () => {
      wake()
      await worker.terminate()
      for (const filler of fillers) filler.destroy()
    },
  }
}

async function waiting(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port })
  await once(socket, 'connect')
  socket.on('error', () => {})
  return socket
}

/** How many wait to be accepted, as the system has it: of a listener (0A), its receive queue. */
async function queueLength(host: string, port: number): Promise<number> {
  const bytes = host.split('.').toReversed().map(Number)
  const local = `${Buffer.from(bytes).toString('hex')}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
  const sockets = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/))
  const queues = sockets.find(([, address, , state]) => address === local && state === '0A')?.[4]
  return Number.parseInt(queues?.split(':')[1] ?? '0', 16)
}
