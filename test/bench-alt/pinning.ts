/** One core for the server and another for the clients, where the system has `taskset` and two cores. */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

export interface Cores {
  readonly server: number
  readonly client: number
}

export function findCores(): Cores | undefined {
  if (availableParallelism() < 2) return undefined
  const allowed = spawnSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' })
  if (allowed.status !== 0) return undefined
  const [server, client] = coresIn(allowed.stdout)
  return server === undefined || client === undefined ? undefined : { server: client, client }
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
