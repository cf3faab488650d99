/**
 * The one door to a real PostgreSQL, for tests, the demo and benchmarks.
 *
 * `PG_TEST_URL` names a server that is there already; without it a server of this run's own is started from the
 * binaries that come with npm, in the version of `PG_TEST_VERSION` (14 to 18). It leaves nothing behind, even when this
 * process is killed. Tests that stop, break or configure a server call `startPrivateServer`, which is always embedded.
 */
import { type ServerAddress, type TestServer, testServer } from './postgres/administration.ts'
import { addressOfUrl } from './postgres/given-server.ts'
import { type PrivateServerOptions, startPrivateServer } from './postgres/private-server.ts'

export type { ServerAddress, TestDatabase, TestServer } from './postgres/administration.ts'
export { testServer } from './postgres/administration.ts'
export type { StopMode } from './postgres/postmaster.ts'
export { type PrivateServer, type PrivateServerOptions, startPrivateServer } from './postgres/private-server.ts'

/** A server that this process uses until `stop`, or the end of an `await using` block. */
export interface RunningTestServer extends TestServer, AsyncDisposable {
  /** Stops the server and removes its files, unless it was there before. */
  stop(): Promise<void>
}

/** Gives the server that the environment asks for. */
export async function startTestServer(options: PrivateServerOptions = {}): Promise<RunningTestServer> {
  const url = process.env['PG_TEST_URL']
  if (url !== undefined && url !== '') return running(await addressOfUrl(url), async () => {})
  const server = await startPrivateServer(options)
  return running(server, () => server.remove())
}

function running(address: ServerAddress, stop: () => Promise<void>): RunningTestServer {
  return { ...testServer(plain(address)), stop, [Symbol.asyncDispose]: stop }
}

/** Only the data of a server: what another process can be told. */
export function plain(address: ServerAddress): ServerAddress {
  const { host, port, socketDirectory, user, password, database, url, majorVersion } = address
  const reachable = socketDirectory === undefined ? {} : { socketDirectory }
  return { host, port, ...reachable, user, password, database, url, majorVersion }
}
