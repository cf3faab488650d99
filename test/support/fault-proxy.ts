/** A TCP proxy before a real server, which does to a connection what networks do. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

import { type HeldPort, holdPort } from './postgres/held-port.ts'
import { type Faults, ProxiedConnection } from './proxied-connection.ts'

export type { Faults, ProxiedConnection } from './proxied-connection.ts'
export type { LaneFaults } from './proxy-lane.ts'

export interface FaultProxy extends AsyncDisposable {
  /** Always 127.0.0.1. */
  readonly host: string
  readonly port: number
  /** Every connection made so far, also those that are over. */
  readonly connections: readonly ProxiedConnection[]
  /** Bytes that the server sent, on all connections. */
  readonly bytesToClient: number
  readonly bytesToServer: number
  /** How often a client spoke after the server had: with every answer awaited, the number of round trips. */
  readonly flights: number
  /** The URL of the same database, by way of the proxy. */
  through(url: string): string
  /** Replaces the faults of all connections, present and future. */
  setFaults(faults: Faults): void
  /** Stalls all connections, in both directions, and those to come; `resume` lets everything arrive. */
  stall(): void
  resume(): void
  /** Ends all present connections with RST. */
  reset(): void
  /** Ends all present connections with FIN. */
  cut(): void
  /** Lets the system refuse new connections; the present ones live on. */
  refuse(): void
  /** Accepts connections again, on the same port. */
  accept(): Promise<void>
  /**
   * Calls `act` behind the n-th message of that type that the server sends from now on: everything up to it has been
   * forwarded, nothing behind it yet. Resolves with the connection afterwards.
   */
  after(type: string, count: number, act?: (connection: ProxiedConnection) => void): Promise<ProxiedConnection>
  close(): Promise<void>
}

interface Hook {
  readonly type: string
  countLeft: number
  readonly fire: (connection: ProxiedConnection) => void
}

/** Starts a proxy before `target`, on a loopback port that the system chooses. */
export async function faultProxy(
  target: { readonly host: string; readonly port: number },
  initialFaults: Faults = {},
): Promise<FaultProxy> {
  const connections: ProxiedConnection[] = []
  const hooks = new Set<Hook>()
  let faults = initialFaults
  let stalled = false
  /** While connections are refused, the port is nobody else's. */
  let held: Promise<HeldPort> | undefined

  const server = createServer({ allowHalfOpen: true, noDelay: true }, accepted)
  await listen(server, 0)
  const { port } = server.address() as AddressInfo

  function accepted(client: Socket): void {
    const upstream = connect({ ...target, allowHalfOpen: true, noDelay: true })
    const connection: ProxiedConnection = new ProxiedConnection(client, upstream, {
      faults: () => faults,
      hooked: (type) => countDown(type),
    })
    function countDown(type: string): (() => void) | undefined {
      const due = [...hooks].filter((hook) => hook.type === type && --hook.countLeft === 0)
      if (due.length === 0) return undefined
      for (const hook of due) hooks.delete(hook)
      return () => {
        for (const hook of due) hook.fire(connection)
      }
    }
    if (stalled) connection.stall()
    connections.push(connection)
  }

  function refuse(): void {
    // The callback of `close` would wait for the last connection; the port is given up at once.
    server.close()
    held = holdPort(port)
    // Told by `accept`.
    held.catch(() => {})
  }

  async function accept(): Promise<void> {
    const holder = await held
    held = undefined
    await listen(server, port)
    holder?.release()
  }

  async function close(): Promise<void> {
    const holder = await held?.catch(() => undefined)
    holder?.release()
    const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : undefined
    for (const connection of connections) connection.reset()
    await Promise.all([closed, ...connections.map((connection) => connection.closed)])
  }

  return {
    host: '127.0.0.1',
    port,
    connections,
    get bytesToClient() {
      return sum(connections.map((connection) => connection.toClient.bytes))
    },
    get bytesToServer() {
      return sum(connections.map((connection) => connection.toServer.bytes))
    },
    get flights() {
      return sum(connections.map((connection) => connection.flights))
    },
    through: (url) => {
      const proxied = new URL(url)
      proxied.hostname = '127.0.0.1'
      proxied.port = String(port)
      return proxied.href
    },
    setFaults: (next) => {
      faults = next
    },
    stall: () => {
      stalled = true
      for (const connection of connections) connection.stall()
    },
    resume: () => {
      stalled = false
      for (const connection of connections) connection.resume()
    },
    reset: () => {
      for (const connection of connections) connection.reset()
    },
    cut: () => {
      for (const connection of connections) connection.cut()
    },
    refuse,
    accept,
    after: (type, count, act) =>
      new Promise((resolve) => {
        const fire = (connection: ProxiedConnection) => {
          act?.(connection)
          resolve(connection)
        }
        hooks.add({ type, countLeft: count, fire })
      }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
