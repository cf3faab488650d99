import type { Socket } from 'node:net'

import { BackendFrames } from './backend-frames.ts'
import { type LaneFaults, ProxyLane } from './proxy-lane.ts'

/** What connections suffer, by direction. */
export interface Faults {
  readonly toServer?: LaneFaults
  readonly toClient?: LaneFaults
}

export interface ConnectionEvents {
  faults(): Faults
  /** Asked for every message of the server: what is to be done once it has been forwarded? */
  hooked(type: string): (() => void) | undefined
}

/** One connection through the proxy: a socket to the client, one to the server, and a lane each way. */
export class ProxiedConnection {
  readonly toServer: ProxyLane
  readonly toClient: ProxyLane
  /** Resolves when both sockets are closed. */
  readonly closed: Promise<void>
  /** How often the client spoke after the server had, or first of all. */
  flights = 0
  readonly #client: Socket
  readonly #server: Socket
  #lastWord: 'client' | 'server' = 'server'

  constructor(client: Socket, server: Socket, events: ConnectionEvents) {
    this.#client = client
    this.#server = server
    const frames = new BackendFrames()
    const pending: (() => void)[] = []
    const cut = (by: 'fin' | 'reset') => (by === 'fin' ? this.cut() : this.reset())

    this.toServer = new ProxyLane(client, server, {
      faults: () => events.faults().toServer ?? {},
      sees: (chunk) => {
        if (this.#lastWord === 'server') this.flights++
        this.#lastWord = 'client'
        frames.fromClient(chunk)
        return []
      },
      reached: () => {},
      cut,
    })
    this.toClient = new ProxyLane(server, client, {
      faults: () => events.faults().toClient ?? {},
      sees: (chunk) => {
        this.#lastWord = 'server'
        const stops: number[] = []
        for (const frame of frames.fromServer(chunk)) {
          const act = events.hooked(frame.type)
          if (act === undefined) continue
          pending.push(act)
          stops.push(frame.end)
        }
        return stops
      },
      reached: () => pending.shift()?.(),
      cut,
    })
    this.closed = Promise.all([whenClosed(client), whenClosed(server)]).then(() => {})
    // When one side is lost, the other learns of it in the same way.
    client.on('error', () => this.reset())
    server.on('error', () => this.reset())
  }

  /** Forwards nothing in either direction until `resume`. */
  stall(): void {
    this.toServer.stall()
    this.toClient.stall()
  }

  resume(): void {
    this.toServer.resume()
    this.toClient.resume()
  }

  /** Ends the connection with FIN on both sides; what was not yet forwarded is lost. */
  cut(): void {
    this.#stopForwarding()
    this.#client.end()
    this.#server.end()
  }

  /** Ends the connection with RST on both sides. */
  reset(): void {
    this.#stopForwarding()
    for (const socket of [this.#client, this.#server]) {
      // A socket that has sent its FIN cannot be reset any more: the attempt would leave it open for ever.
      if (socket.writableEnded) socket.destroy()
      else if (!socket.destroyed) socket.resetAndDestroy()
    }
  }

  #stopForwarding(): void {
    this.toServer.end()
    this.toClient.end()
  }
}

function whenClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}
