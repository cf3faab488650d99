import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'

import type { GuardedDirectory } from './guarded-directory.ts'
import { ServerLog } from './server-log.ts'
import { unprivilegedUser } from './unprivileged-user.ts'

/** How a server is told to go: pg_ctl's three modes, and a crash. */
export type StopMode = 'smart' | 'fast' | 'immediate' | 'crash'

const STOP_SIGNALS: Readonly<Record<StopMode, NodeJS.Signals>> = {
  smart: 'SIGTERM',
  fast: 'SIGINT',
  immediate: 'SIGQUIT',
  crash: 'SIGKILL',
}

const READY = /database system is ready to accept (?:read-only )?connections/
/** What the system says when another process was faster to take the port. */
const PORT_TAKEN = 'could not bind'

/** How long the other processes of a crashed server have to notice it. Most take some milliseconds. */
const CRASH_PATIENCE_MS = 500

/** One `postgres` process, which can be stopped and started any number of times. */
export class Postmaster {
  readonly log: ServerLog = new ServerLog()
  readonly #program: string
  readonly #directory: GuardedDirectory
  #process: ChildProcess | undefined

  constructor(program: string, directory: GuardedDirectory) {
    this.#program = program
    this.#directory = directory
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** Resolves once the server accepts connections on `port`; with `false` when another process holds the port. */
  async start(port: number): Promise<boolean> {
    if (this.#process !== undefined) throw new Error('The server is running already')
    const from = this.log.position
    const data = `${this.#directory.path}/data`
    const child = spawn(this.#program, ['-D', data, '-p', String(port)], {
      ...(await unprivilegedUser()),
      cwd: data,
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#process = child
    this.#directory.guard(child.pid)
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => this.log.append(chunk))
    child.once('exit', () => this.#forget(child))

    const waiting = new AbortController()
    const ready = this.log.waitFor(READY, { from, signal: waiting.signal }).then(() => true)
    const closed = once(child, 'close').then(() => false)
    const started = await Promise.race([ready, closed])
    if (started) {
      // A server that somebody forgot must not keep this process alive: its end is what removes the server.
      holdOpen(child, false)
      return true
    }
    waiting.abort()
    const output = this.log.since(from)
    if (output.includes(PORT_TAKEN)) return false
    throw new Error(`PostgreSQL did not start:\n${output}`)
  }

  /** Resolves when the process has ended; at once when it is not running. */
  async stop(mode: StopMode): Promise<void> {
    const child = this.#process
    if (child === undefined) return
    // The log's pipe closes when the last backend has ended, which after a crash is later than the postmaster's end.
    holdOpen(child, true)
    const closed = once(child, 'close')
    const orphans = mode === 'crash' ? await childrenOf(child.pid) : []
    child.kill(STOP_SIGNALS[mode])
    // In versions up to 14, an autovacuum launcher that has just begun can take half a minute, busy all the time.
    const impatient = setTimeout(() => orphans.forEach(killIfThere), CRASH_PATIENCE_MS)
    await closed
    clearTimeout(impatient)
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#process === undefined) throw new Error('The server is not running')
    this.#process.kill(signal)
  }

  #forget(child: ChildProcess): void {
    if (this.#process !== child) return
    this.#process = undefined
    this.#directory.guard(undefined)
  }
}

/** None where the system does not tell. */
async function childrenOf(pid: number | undefined): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return text.split(' ').filter(Boolean).map(Number)
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

function holdOpen(child: ChildProcess, held: boolean): void {
  for (const handle of [child, child.stderr as Socket]) {
    if (held) handle.ref()
    else handle.unref()
  }
}
