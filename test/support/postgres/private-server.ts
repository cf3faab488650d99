import { join } from 'node:path'

import { connectionUrl, type TestServer, testServer } from './administration.ts'
import { findBinaries, requestedMajorVersion } from './binaries.ts'
import { copyCluster, SUPERUSER } from './cluster-template.ts'
import { type ServerConfiguration, writeConfiguration } from './configuration.ts'
import { guardedDirectory } from './guarded-directory.ts'
import { type HeldPort, holdPort } from './held-port.ts'
import { Postmaster, type StopMode } from './postmaster.ts'
import type { ServerLog } from './server-log.ts'

const PORT_ATTEMPTS = 20

export interface PrivateServerOptions extends ServerConfiguration {
  /** 14 to 18; by default what `PG_TEST_VERSION` says, else 18. */
  readonly majorVersion?: number
}

/** A server that one test has for itself, and may stop, break and configure. Embedded, and always on this machine. */
export interface PrivateServer extends TestServer, AsyncDisposable {
  readonly socketDirectory: string
  readonly log: ServerLog
  /** Process id of the postmaster; absent while the server is stopped. */
  readonly postmasterPid: number | undefined
  /** Resolves when every process of the server has ended. Its port remains its own: whoever connects is refused. */
  stop(mode?: StopMode): Promise<void>
  /** Starts the stopped server on the same port, and resolves when it accepts connections. */
  start(): Promise<void>
  restart(mode?: StopMode): Promise<void>
  /** Replaces the configuration and reloads it; resolves when new connections meet it. */
  reconfigure(configuration: ServerConfiguration): Promise<void>
  /** Signals one server process: SIGKILL crashes it, SIGSTOP freezes it until SIGCONT. */
  signalBackend(pid: number, signal: NodeJS.Signals): void
  signalPostmaster(signal: NodeJS.Signals): void
  /** Stops the server and removes its files. */
  remove(): Promise<void>
}

/** Starts a server of the caller's own; it ends with `remove`, an `await using` block, or this process. */
export async function startPrivateServer(options: PrivateServerOptions = {}): Promise<PrivateServer> {
  const majorVersion = options.majorVersion ?? requestedMajorVersion()
  const [binaries, directory] = await Promise.all([findBinaries(majorVersion), guardedDirectory()])
  await copyCluster(majorVersion, join(directory.path, 'data'))
  await writeConfiguration(directory.path, options)
  const postmaster = new Postmaster(binaries.postgres, directory)
  const port = await startSomewhere(postmaster)

  const location = {
    host: '127.0.0.1',
    port,
    user: SUPERUSER.name,
    password: SUPERUSER.password,
    database: 'postgres',
    socketDirectory: directory.path,
    majorVersion,
  }
  let held: HeldPort | undefined
  const stop = async (mode: StopMode = 'fast') => {
    await postmaster.stop(mode)
    // Who was faster has it now; `start` tries until it is free.
    held ??= await holdPort(port).catch(() => undefined)
  }
  const start = async () => {
    await startAgain(postmaster, port)
    held?.release()
    held = undefined
  }
  const remove = async () => {
    await postmaster.stop('immediate')
    held?.release()
    await directory.remove()
  }
  return {
    ...testServer({ ...location, url: connectionUrl(location) }),
    socketDirectory: directory.path,
    log: postmaster.log,
    get postmasterPid() {
      return postmaster.pid
    },
    stop,
    start,
    restart: async (mode) => {
      await stop(mode)
      await start()
    },
    reconfigure: async (configuration) => {
      await writeConfiguration(directory.path, configuration)
      const reloaded = postmaster.log.waitFor(/received SIGHUP, reloading configuration files/)
      postmaster.signal('SIGHUP')
      await reloaded
    },
    signalBackend: (pid, signal) => void process.kill(pid, signal),
    signalPostmaster: (signal) => postmaster.signal(signal),
    remove,
    [Symbol.asyncDispose]: remove,
  }
}

async function startSomewhere(postmaster: Postmaster): Promise<number> {
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
    await using held = await holdPort()
    if (await postmaster.start(held.port)) return held.port
  }
  throw new Error(`PostgreSQL found no free port in ${PORT_ATTEMPTS} attempts`)
}

/** A connection of another process can hold the port for a moment, as its own end. */
async function startAgain(postmaster: Postmaster, port: number): Promise<void> {
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
    if (await postmaster.start(port)) return
  }
  throw new Error(`Port ${port} was taken while the server was stopped`)
}
