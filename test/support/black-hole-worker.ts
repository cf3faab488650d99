/** The listener of a black hole. Its thread sleeps, so that nothing is accepted, until somebody wakes it. */
import { type AddressInfo, createServer } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

export interface BlackHoleOrder {
  readonly host: string
  readonly port: number
  readonly backlog: number
  /** Not 0 any more once the thread may wake. */
  readonly awake: Int32Array
}

const { host, port, backlog, awake } = workerData as BlackHoleOrder

const server = createServer((socket) => {
  parentPort?.postMessage('accepted', [])
  // Whoever is reset meanwhile is of no interest.
  socket.on('error', () => {})
  socket.destroy()
})

server.listen({ host, port, backlog }, () => {
  parentPort?.postMessage((server.address() as AddressInfo).port, [])
  Atomics.wait(awake, 0, 0)
})
