/**
 * The measured loop of connecting: as many connections as the workload has in flight are opened at once, then all are closed.
 * Where these are several, the turns of the event loop are watched.
 */
import type { BenchSession, Borrowed } from './drivers/bench-driver.ts'
import type { Tally } from './run-lanes.ts'
import { TurnWatch } from './turn-watch.ts'
import type { Workload } from './workload.ts'

export async function runConnects({ borrow }: BenchSession, workload: Workload, durationMs: number): Promise<Tally> {
  if (borrow === undefined) throw new Error(`${workload.name} needs connections that are opened one by one`)
  let executions = 0
  let openedUs = 0
  const watch = workload.inFlight > 1 ? new TurnWatch() : undefined
  const cpuBefore = process.cpuUsage()
  const begin = performance.now()

  const open = async (): Promise<Borrowed> => {
    const calledAt = performance.now()
    const connection = await borrow()
    openedUs += (performance.now() - calledAt) * 1000
    return connection
  }
  do {
    const connections = await Promise.all(Array.from({ length: workload.inFlight }, open))
    await Promise.all(connections.map(async (connection) => connection.giveBack()))
    executions += connections.length
  } while (performance.now() < begin + durationMs)

  watch?.stop()
  const wallUs = (performance.now() - begin) * 1000
  const cpu = process.cpuUsage(cpuBefore)
  return {
    executions,
    rows: 0,
    cpuUs: cpu.user + cpu.system,
    wallUs,
    openUs: openedUs / executions,
    ...(watch === undefined ? {} : { turnCpuUs: watch.longestCpuUs, turnUs: watch.longestWallUs }),
  }
}
