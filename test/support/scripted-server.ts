/**
 * Plays what a real server never sends. A script has one connection in hand and says, step by step, what is read and what
 * is sent; whatever it does not do, does not happen.
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { eventLoopTurn } from './event-loop-turn.ts'
import { PeerGoneError, ScriptedPeer } from './scripted-peer.ts'

export type { ScriptedPeer } from './scripted-peer.ts'

/** Called for each connection; `index` counts them from 0. When it returns, the connection stays open and silent. */
export type Script = (peer: ScriptedPeer, index: number) => Promise<void> | void

export interface ScriptedServerOptions {
  /** Listen on a unix socket instead of TCP: `host` is then its directory. */
  readonly unix?: boolean
}

export interface ScriptedServer extends AsyncDisposable {
  /** 127.0.0.1, or the directory of the unix socket. */
  readonly host: string
  readonly port: number
  readonly url: string
  /** One for each connection made so far. */
  readonly peers: readonly ScriptedPeer[]
  /** Resolves with the connection of that index, once it is made. */
  peer(index: number): Promise<ScriptedPeer>
  /** Ends all connections and rejects when a script failed; a script that the client left waiting has not failed. */
  close(): Promise<void>
}

/** Any number that makes a valid socket name will do. */
const UNIX_PORT = 5432

/** Listens on loopback, on a port that the system chooses. */
export async function scriptedServer(script: Script, options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
  const peers: ScriptedPeer[] = []
  const failures: unknown[] = []
  const arrivals = new EventTarget()
  const server = createServer({ noDelay: true }, (socket) => {
    const peer = new ScriptedPeer(socket)
    const index = peers.push(peer) - 1
    void play(peer, index)
    arrivals.dispatchEvent(new Event('arrival'))
  })

  async function play(peer: ScriptedPeer, index: number): Promise<void> {
    try {
      await script(peer, index)
    } catch (error) {
      if (error instanceof PeerGoneError) return
      failures.push(error)
      // The client is cut off at once, so that its test fails here and now and not by a timeout.
      peer.reset()
    }
  }

  const place = options.unix === true ? await listenOnUnixSocket() : await listenOnLoopback()

  async function listenOnLoopback() {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return { host: '127.0.0.1', port, url: `postgres://scripted@127.0.0.1:${port}/scripted`, remove: async () => {} }
  }

  async function listenOnUnixSocket() {
    const host = await mkdtemp(join(tmpdir(), 'pgwire-scripted-'))
    server.listen(join(host, `.s.PGSQL.${UNIX_PORT}`))
    await once(server, 'listening')
    const url = `postgres://scripted@/scripted?host=${encodeURIComponent(host)}&port=${UNIX_PORT}`
    return { host, port: UNIX_PORT, url, remove: () => rm(host, { recursive: true, force: true }) }
  }

  async function close(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const peer of peers) peer.reset()
    await closed
    // Scripts that waited for their peer end now; one that waits for its test is of no more interest.
    await eventLoopTurn()
    await place.remove()
    if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures, 'Scripts failed')
  }

  return {
    host: place.host,
    port: place.port,
    url: place.url,
    peers,
    peer: async (index) => {
      for (;;) {
        const peer = peers[index]
        if (peer !== undefined) return peer
        await once(arrivals, 'arrival')
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
