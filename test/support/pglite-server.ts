/**
 * PostgreSQL with pgvector and PostGIS, which the embedded binaries lack: PGlite behind a socket on loopback, so that our
 * driver and `pg` speak the protocol with it. It has one session, so that only one client can be connected at a time.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { postgis } from '@electric-sql/pglite-postgis'

import { PgliteSessions } from '../../packages/codegen-preset/src/source/pglite/pglite-sessions.ts'

export interface PgliteServer extends AsyncDisposable {
  readonly url: string
}

/** Starts a server with an empty database; the extensions are there to be created. */
export async function startPgliteServer(): Promise<PgliteServer> {
  const database = await PGlite.create({ extensions: { vector, postgis } })
  const sessions = new PgliteSessions(database)
  const server = createServer({ noDelay: true }, (socket) => void sessions.serve(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`,
    [Symbol.asyncDispose]: async () => {
      sessions.close()
      await new Promise((resolve) => server.close(resolve))
      await database.close()
    },
  }
}
