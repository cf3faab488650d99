/** The measured loop, the same for every JavaScript driver: each lane executes, waits for its rows, and executes again. */
import type { BenchSession, Lane } from './drivers/bench-driver.ts'
import type { OwnFigures } from './figures.ts'
import { parametersOf, type Workload } from './workload.ts'

export interface Tally extends OwnFigures {
  readonly executions: number
  readonly rows: number
  /** User and system time of this process, all threads. */
  readonly cpuUs: number
  readonly wallUs: number
}

export async function runLanes(session: BenchSession, workload: Workload, durationMs: number): Promise<Tally> {
  let started = 0
  let executions = 0
  let rows = 0
  const cpuBefore = process.cpuUsage()
  const begin = performance.now()
  const until = begin + durationMs

  const drive = async (lane: Lane): Promise<void> => {
    do {
      const result = await lane(parametersOf(workload, started++))
      rows += workload.rowsPerExecution ?? session.rowsOf(result).length
      executions += workload.repeats ?? 1
    } while (performance.now() < until)
  }
  await Promise.all(session.lanes.map(drive))

  const wallUs = (performance.now() - begin) * 1000
  const cpu = process.cpuUsage(cpuBefore)
  return { executions, rows, cpuUs: cpu.user + cpu.system, wallUs }
}
