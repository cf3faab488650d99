/** What idle connections take: all of a new pool's are used at once, given back, and looked at when the garbage is gone. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import type { BenchSession } from './drivers/bench-driver.ts'
import type { Tally } from './run-lanes.ts'
import { parametersOf, type Workload } from './workload.ts'

interface Memory {
  readonly heapBytes: number
  readonly externalBytes: number
}

export async function runIdle(open: () => Promise<BenchSession>, workload: Workload): Promise<Tally> {
  const before = await memoryInUse()
  const cpuBefore = process.cpuUsage()
  const begin = performance.now()
  const session = await open()
  const rows = await useAll(session, workload)
  const wallUs = (performance.now() - begin) * 1000
  const cpu = process.cpuUsage(cpuBefore)

  const after = await memoryInUse()
  await session.close()
  const { connections } = workload
  return {
    executions: connections,
    rows,
    cpuUs: cpu.user + cpu.system,
    wallUs,
    heapBytes: (after.heapBytes - before.heapBytes) / connections,
    externalBytes: (after.externalBytes - before.externalBytes) / connections,
  }
}

async function useAll({ borrow, rowsOf }: BenchSession, workload: Workload): Promise<number> {
  if (borrow === undefined) throw new Error(`${workload.name} needs a pool`)
  const connections = await Promise.all(Array.from({ length: workload.connections }, borrow))
  const results = await Promise.all(
    connections.map(async (connection, n) => {
      const result = await connection.query(parametersOf(workload, n))
      await connection.giveBack()
      return rowsOf(result).length
    }),
  )
  return results.reduce((sum, rows) => sum + rows, 0)
}

async function memoryInUse(): Promise<Memory> {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  // What is only let go of in the next turn, such as handles that have been closed, goes with the second.
  for (let collection = 0; collection < 2; collection++) {
    collectGarbage()
    await nextTurn()
  }
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return { heapBytes: heapUsed, externalBytes: external }
}
