/** A real PgBouncer in front of a server, for tests. It leaves nothing behind, even when this process is killed. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { promisify } from 'node:util'

import pg from 'pg'

import { guardedDirectory } from './postgres/guarded-directory.ts'
import { type HeldPort, holdPort } from './postgres/held-port.ts'
import { ServerLog } from './postgres/server-log.ts'
import { unprivilegedUser } from './postgres/unprivileged-user.ts'
import type { ServerAddress } from './test-server.ts'

const PROGRAM = 'pgbouncer'

/** Debian puts it where only root looks. */
const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` }

const PORT_ATTEMPTS = 20

const READY = /process up: PgBouncer/

export type PoolMode = 'session' | 'transaction' | 'statement'

export interface PgBouncerOptions {
  readonly poolMode: PoolMode
  /** Connections to the server for each database and user. Default 2. */
  readonly poolSize?: number
  /** Lines of the section `[pgbouncer]` beside those that are needed to run at all. */
  readonly settings?: Readonly<Record<string, string | number>>
}

export interface PgBouncer extends AsyncDisposable {
  /** The URL of the same database, by way of PgBouncer. */
  through(url: string): string
  /** Runs a command on its console. */
  admin(command: string): Promise<Record<string, unknown>[]>
  /** Kills it with everything that is on it; resolves when it is gone. Its port remains its own: whoever connects is refused. */
  kill(): Promise<void>
  /** Starts it again, on the same port. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Which PgBouncer is installed, or null when there is none: then these tests are skipped, and say so. */
export async function pgBouncerVersion(): Promise<readonly [major: number, minor: number] | null> {
  const output = await promisify(execFile)(PROGRAM, ['--version'], { env }).then(
    ({ stdout }) => stdout,
    () => '',
  )
  const version = /PgBouncer (\d+)\.(\d+)/.exec(output)
  return version === null ? null : [Number(version[1]), Number(version[2])]
}

/** Starts a PgBouncer before all databases of `server`, on a loopback port. Whoever asks is let in. */
export async function startPgBouncer(server: ServerAddress, options: PgBouncerOptions): Promise<PgBouncer> {
  const directory = await guardedDirectory()
  const log = new ServerLog()
  let child: ChildProcess | undefined
  /** The port, while it does not run. */
  let held: HeldPort | undefined
  const port = await startSomewhere()

  async function startSomewhere(): Promise<number> {
    for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      await using candidate = await holdPort()
      await writeFile(`${directory.path}/pgbouncer.ini`, iniFile(server, options, candidate.port, directory.path))
      await writeFile(`${directory.path}/users.txt`, `"${quoted(server.user)}" "${quoted(server.password)}"\n`)
      if (await run()) return candidate.port
    }
    throw new Error(`PgBouncer did not start:\n${log.text}`)
  }

  /** Resolves once it accepts connections; with `false` when it has ended instead. */
  async function run(): Promise<boolean> {
    const from = log.position
    const started = spawn(PROGRAM, ['pgbouncer.ini'], {
      ...(await unprivilegedUser()),
      cwd: directory.path,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child = started
    directory.guard(started.pid)
    started.stderr.setEncoding('utf8').on('data', (chunk: string) => log.append(chunk))
    const waiting = new AbortController()
    const ready = log.waitFor(READY, { from, signal: waiting.signal }).then(() => true)
    // Given up once it has ended.
    ready.catch(() => {})
    const up = await Promise.race([ready, once(started, 'close').then(() => false)])
    if (!up) {
      waiting.abort()
      child = undefined
      directory.guard(undefined)
      return false
    }
    started.unref()
    const output = started.stderr as unknown as Socket
    output.unref()
    return true
  }

  async function kill(): Promise<void> {
    const running = child
    if (running === undefined) return
    child = undefined
    running.ref()
    const closed = once(running, 'close')
    running.kill('SIGKILL')
    await closed
    directory.guard(undefined)
    // Who was faster has it now; `start` tries until it is free.
    held = await holdPort(port).catch(() => undefined)
  }

  async function start(): Promise<void> {
    for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      if (!(await run())) continue
      held?.release()
      return
    }
    throw new Error(`PgBouncer did not start again:\n${log.text}`)
  }

  async function stop(): Promise<void> {
    await kill()
    held?.release()
    await directory.remove()
  }

  return {
    through: (url) => {
      const pooled = new URL(url)
      pooled.hostname = '127.0.0.1'
      pooled.port = String(port)
      return pooled.href
    },
    admin: async (command) => {
      const client = new pg.Client({ host: '127.0.0.1', port, user: server.user, database: 'pgbouncer' })
      await client.connect()
      try {
        return (await client.query<Record<string, unknown>>(command)).rows
      } finally {
        await client.end()
      }
    },
    kill,
    start,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function iniFile(server: ServerAddress, options: PgBouncerOptions, port: number, directory: string): string {
  const { poolMode, poolSize = 2, settings } = options
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: `${directory}/users.txt`,
    admin_users: server.user,
    pool_mode: poolMode,
    default_pool_size: poolSize,
    max_client_conn: 500,
    // 15 by default: so long it refuses everybody when the server, which others use as well, was full for a moment.
    server_login_retry: 1,
    ...settings,
  }
  const section = Object.entries(lines).map(([name, value]) => `${name} = ${value}`)
  return ['[databases]', `* = host=${server.host} port=${server.port}`, '[pgbouncer]', ...section, ''].join('\n')
}

function quoted(text: string): string {
  return text.replaceAll('"', '""')
}
