/**
 * The measured loop of a pool that is used up: more clients than connections, each of which takes one, executes, gives it
 * back, and asks for one again at once. With twice as many, all connections are taken at any time and there is one
 * client in line for each: who is served in the order of coming waits for one service time, and never much longer.
 */
import type { BenchSession } from './drivers/bench-driver.ts'
import type { Tally } from './run-lanes.ts'
import { percentile } from './statistics.ts'
import { parametersOf, type Workload } from './workload.ts'

export async function runSaturated(
  { borrow, rowsOf }: BenchSession,
  workload: Workload,
  durationMs: number,
): Promise<Tally> {
  if (borrow === undefined) throw new Error(`${workload.name} needs a pool`)
  let started = 0
  let rows = 0
  let servedUs = 0
  const waitsUs: number[] = []
  const cpuBefore = process.cpuUsage()
  const begin = performance.now()

  const drive = async (): Promise<void> => {
    do {
      const askedAt = performance.now()
      const connection = await borrow()
      const takenAt = performance.now()
      const result = await connection.query(parametersOf(workload, started++))
      rows += rowsOf(result).length
      await connection.giveBack()
      waitsUs.push((takenAt - askedAt) * 1000)
      servedUs += (performance.now() - takenAt) * 1000
    } while (performance.now() < begin + durationMs)
  }
  await Promise.all(Array.from({ length: workload.inFlight }, drive))

  const wallUs = (performance.now() - begin) * 1000
  const cpu = process.cpuUsage(cpuBefore)
  return {
    executions: started,
    rows,
    cpuUs: cpu.user + cpu.system,
    wallUs,
    acquireP99Us: percentile(waitsUs, 0.99),
    serviceUs: servedUs / started,
  }
}
