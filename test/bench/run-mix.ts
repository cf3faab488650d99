/**
 * The measured loop of a mix. Executions start at a fixed pace whatever becomes of the earlier ones, as requests do: slow
 * ones do not hold up what comes after them, unless the driver does. Latency is that of the fast ones alone.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import type { BenchSession } from './drivers/bench-driver.ts'
import type { Tally } from './run-lanes.ts'
import { percentile } from './statistics.ts'
import { parametersOf, type Workload } from './workload.ts'

export async function runMix(session: BenchSession, workload: Workload, durationMs: number): Promise<Tally> {
  const { mix } = workload
  const { lanes, slow, rowsOf } = session
  if (mix === undefined || slow === undefined) throw new Error(`${workload.name} needs a slow query`)
  let rows = 0
  const latenciesUs: number[] = []
  const underWay: Promise<void>[] = []
  const cpuBefore = process.cpuUsage()
  const begin = performance.now()

  const execute = async (n: number): Promise<void> => {
    const isSlow = n % mix.slowOneIn === mix.slowOneIn - 1
    const lane = isSlow ? slow : lanes[n % lanes.length]
    const sentAt = performance.now()
    const result = await lane?.(parametersOf(workload, n))
    if (!isSlow) latenciesUs.push((performance.now() - sentAt) * 1000)
    rows += rowsOf(result).length
  }
  for (let burst = 0; burst * mix.burstEveryMs < durationMs; burst++) {
    const early = begin + burst * mix.burstEveryMs - performance.now()
    if (early > 0) await sleep(early)
    underWay.push(...lanes.map((_, n) => execute(burst * lanes.length + n)))
  }
  await Promise.all(underWay)

  const wallUs = (performance.now() - begin) * 1000
  const cpu = process.cpuUsage(cpuBefore)
  return {
    executions: underWay.length,
    rows,
    cpuUs: cpu.user + cpu.system,
    wallUs,
    p99Us: percentile(latenciesUs, 0.99),
  }
}
