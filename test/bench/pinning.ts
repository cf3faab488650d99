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
  const allowed = spawnSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' })
  if (allowed.status !== 0) return undefined
  const [first, second] = coresIn(allowed.stdout)
  if (first === undefined || second === undefined) return undefined
  return { server: pinning === 'same' ? second : first, client: second }
}

/** Reads "pid 7's current affinity list: 0-3,8". */
function coresIn(affinity: string): number[] {
  const list = affinity.slice(affinity.lastIndexOf(':') + 1).trim()
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, n) => first + n)
  })
}

/** Backends that start later inherit the postmaster's core. */
export function pinServer(cores: Cores, pids: readonly (number | undefined)[]): void {
  for (const pid of pids) {
    if (pid !== undefined) spawnSync('taskset', ['-cp', String(cores.server), String(pid)])
  }
}

/** The command line that starts a client on its core. */
export function pinnedCommand(cores: Cores | undefined, command: readonly string[]): readonly string[] {
  return cores === undefined ? command : ['taskset', '-c', String(cores.client), ...command]
}
