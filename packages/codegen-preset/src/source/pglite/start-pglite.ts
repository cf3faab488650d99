/**
 * PostgreSQL in memory, for as long as its schema is being read: PGlite, behind a socket that nobody else can reach. On Unix it
 * is in a folder of our own; Windows has a port on loopback.
 */
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { ConnectionOptions } from 'kysely-pgwire'

import { createPglite } from './create-pglite.ts'
import { PgliteSessions } from './pglite-sessions.ts'

export interface EmbeddedServer {
  readonly connection: ConnectionOptions
  /** Ends whatever is still connected, and leaves nothing behind. */
  close(): Promise<void>
}

const PORT = 5432

/** The bytes that every system has for the path of a socket: macOS has 104, with the zero at the end. */
const MAX_SOCKET_PATH_BYTES = 103

/** `folder`: where the migrations are, whose project may have further extensions. */
export async function startPglite(folder: string): Promise<EmbeddedServer> {
  const database = await createPglite(folder)
  const sessions = new PgliteSessions(database)
  const server = createServer({ noDelay: true }, (socket) => void sessions.serve(socket))
  try {
    const { place, leave } = await listenSomewhere(server)
    return {
      // What the environment says of other servers does not count here.
      connection: {
        ...place,
        user: 'postgres',
        database: 'postgres',
        tls: false,
        targetSessionAttrs: 'any',
        requireAuth: 'none',
      },
      close: async () => {
        sessions.close()
        await new Promise((resolve) => server.close(resolve))
        await leave()
        await database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

interface Place {
  readonly place: { readonly host: string; readonly port: number }
  /** Removes what is left of it. */
  readonly leave: () => Promise<void>
}

async function listenSomewhere(server: Server): Promise<Place> {
  if (process.platform === 'win32') return onLoopback(server)
  const folder = await mkdtemp(join(tmpdir(), 'pgwire-codegen-'))
  const path = join(folder, `.s.PGSQL.${PORT}`)
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    await rm(folder, { recursive: true })
    return onLoopback(server)
  }
  // A process that is told to go leaves no folder behind, either.
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const leave = async (): Promise<void> => {
    process.off('exit', remove)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    server.listen(path)
    await once(server, 'listening')
  } catch (error) {
    await leave()
    throw error
  }
  return { place: { host: folder, port: PORT }, leave }
}

async function onLoopback(server: Server): Promise<Place> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { place: { host: '127.0.0.1', port }, leave: async () => {} }
}
