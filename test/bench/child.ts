/**
 * A JavaScript driver in its own process, which stays alive between rounds. Orders arrive as lines on standard input
 * (`open`, `verify`, `run`, `close`, each with a workload's name), every answer is one line of JSON on standard output.
 * The Python and C clients follow the same protocol.
 */
import { createInterface } from 'node:readline'

import type { BenchDriver, BenchSession } from './drivers/bench-driver.ts'
import { fingerprintOf } from './fingerprint.ts'
import { runConnects } from './run-connects.ts'
import { runIdle } from './run-idle.ts'
import { runLanes, type Tally } from './run-lanes.ts'
import { runMix } from './run-mix.ts'
import { runSaturated } from './run-saturated.ts'
import type { Workload } from './workload.ts'

const [name = '', url = ''] = process.argv.slice(2)
const { driver } = (await import(`./drivers/${name}.ts`)) as { readonly driver: BenchDriver }
const workloads = JSON.parse(process.env['BENCH_WORKLOADS'] ?? '[]') as readonly Workload[]

/** Unmeasured running in front of each window, as a share of the window. */
const WARM_UP_SHARE = 0.5

let session: BenchSession | undefined

const open = (workload: Workload): Promise<BenchSession> => driver.open(workload.url ?? url, workload)

function run(session: BenchSession, workload: Workload, durationMs: number): Promise<Tally> {
  switch (workload.verb) {
    case 'connect':
      return runConnects(session, workload, durationMs)
    case 'saturate':
      return runSaturated(session, workload, durationMs)
    case 'idle':
      return runIdle(() => open(workload), workload)
    default:
      return workload.mix === undefined
        ? runLanes(session, workload, durationMs)
        : runMix(session, workload, durationMs)
  }
}

async function obey(order: string, workload: Workload, durationMs: number): Promise<object> {
  if (order === 'open') {
    session = await open(workload)
    return {}
  }
  if (session === undefined) throw new Error(`No session is open for ${order}`)
  switch (order) {
    case 'verify':
      return fingerprintOf(session, workload)
    case 'run':
      // No forced collection in front: it shrinks the young generation, which inflates whatever makes garbage by a third.
      await run(session, workload, durationMs * WARM_UP_SHARE)
      return run(session, workload, durationMs)
    case 'close':
      await session.close()
      session = undefined
      return {}
    default:
      throw new Error(`Unknown order ${order}`)
  }
}

const answer = (reply: object): boolean => process.stdout.write(`${JSON.stringify(reply)}\n`)

answer({ version: driver.version })
for await (const line of createInterface({ input: process.stdin })) {
  const [order = '', workloadName, durationMs] = line.split(' ')
  const workload = workloads.find((one) => one.name === workloadName)
  try {
    if (workload === undefined) throw new Error(`Unknown workload ${workloadName}`)
    answer(await obey(order, workload, Number(durationMs)))
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) })
  }
}
process.exit(0)
