/**
 * PostgreSQL with pgvector and PostGIS, which the embedded binaries lack: PGlite behind a socket on loopback, so that our
 * driver and `pg` speak the protocol with it. It has one session, so that only one client can be connected at a time.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { postgis } from '@electric-sql/pglite-postgis'

export interface PgliteServer extends AsyncDisposable {
  readonly url: string
}

const SSL_REQUEST = 80_877_103
const TYPES = { error: 0x45, query: 0x51, ready: 0x5a, sync: 0x53, terminate: 0x58 }

/** Starts a server with an empty database; the extensions are there to be created. */
export async function startPgliteServer(): Promise<PgliteServer> {
  const database = await PGlite.create({ extensions: { vector, postgis } })
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)))
    // A client that goes away in the middle of an answer is the client's business.
    socket.on('error', () => {})
    void serve(socket, database)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      await database.close()
    },
  }
}

async function serve(socket: Socket, database: PGlite): Promise<void> {
  // What the client before left behind.
  await database.exec('rollback')
  await database.exec('discard all')
  const messages = messagesFrom(socket)
  // PGlite reads on after an error, and is ready at once; a server skips to the Sync and is ready then.
  let failed = false
  for await (const message of messages) {
    const type = message[0] === 0 ? undefined : message[0]
    if (type === undefined && message.readInt32BE(4) === SSL_REQUEST) {
      socket.write('N')
      continue
    }
    if (type === TYPES.terminate) break
    if (failed && type !== TYPES.sync) continue
    const answer = framesOf(Buffer.from(await database.execProtocolRaw(message)))
    const ends = type === undefined || type === TYPES.sync || type === TYPES.query
    failed = !ends && answer.some((frame) => frame[0] === TYPES.error)
    const last = answer.findLast((frame) => frame[0] === TYPES.ready)
    for (const frame of answer) if (frame[0] !== TYPES.ready) socket.write(frame)
    if (ends && last !== undefined) socket.write(last)
  }
  socket.end()
}

/** Whole messages; those that open a connection have no type, and begin with the zero of a short length. */
async function* messagesFrom(socket: Socket): AsyncGenerator<Buffer> {
  let pending: Buffer = Buffer.alloc(0)
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    pending = Buffer.concat([pending, chunk])
    for (;;) {
      const typed = pending[0] === 0 ? 0 : 1
      if (pending.length < typed + 4) break
      const length = typed + pending.readInt32BE(typed)
      if (pending.length < length) break
      yield pending.subarray(0, length)
      pending = pending.subarray(length)
    }
  }
}

function framesOf(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    frames.push(bytes.subarray(at, end))
    at = end
  }
  return frames
}
