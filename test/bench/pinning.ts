/**
 * Which core the server and the clients run on, where the system has `taskset`. On cores of their own a client that is
 * faster than the server is woken for every piece of a reply, and on a virtual machine that waking is a large part of its
 * CPU time; on one core it finds the pieces collected. The report says which it was: figures of the two do not compare.
 */
import { spawnSync } from 'node:child_process'

export interface Cores {
  readonly server: number
  readonly client: number
}

export const pinnings = ['separate', 'same', 'none'] as const

export type Pinning = (typeof pinnings)[number]

export function findCores(pinning: Pinning): Cores | undefined {
  if (pinning === 'none') return undefined
  const [first, second] = ownCores()
  if (first === undefined || second === undefined) return undefined
  return { server: pinning === 'same' ? second : first, client: second }
}

/** All that this process may run on; empty where that cannot be told. */
function ownCores(): number[] {
  const allowed = spawnSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' })
  return allowed.status === 0 ? coresIn(allowed.stdout) : []
}

/** Reads "pid 7's current affinity list: 0-3,8". */
function coresIn(affinity: string): number[] {
  const list = affinity.slice(affinity.lastIndexOf(':') + 1).trim()
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, n) => first + n)
  })
}

/** Moves processes, with all their threads, to one core or, without one, to all. Backends inherit the postmaster's. */
export function pinProcesses(core: number | undefined, pids: readonly (number | undefined)[]): void {
  const list = core === undefined ? ownCores().join(',') : String(core)
  for (const pid of pids) {
    if (pid !== undefined) spawnSync('taskset', ['-acp', list, String(pid)])
  }
}

/** The command line that starts a client on its core. */
export function pinnedCommand(cores: Cores | undefined, command: readonly string[]): readonly string[] {
  return cores === undefined ? command : ['taskset', '-c', String(cores.client), ...command]
}
