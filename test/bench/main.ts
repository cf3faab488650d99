/** `pnpm bench`: starts a server and one process per driver, measures, reports. */
import { judge } from './check.ts'
import { Contender, type Setting } from './contender.ts'
import { describeMachine } from './machine.ts'
import { measureWorkload } from './measure.ts'
import { readOptions, usage, type BenchOptions } from './options.ts'
import { participants, type Participant } from './participants.ts'
import { findCores, pinProcesses } from './pinning.ts'
import { writeReport, writeVerdicts } from './report.ts'
import type { BenchResult, DriverReport, WorkloadReport } from './result.ts'
import { startBenchServer } from './server.ts'
import { onConnections, onServer } from './workload.ts'
import { workloads } from './workloads.ts'

interface Line {
  readonly contenders: readonly Contender[]
  readonly reports: readonly DriverReport[]
}

const progress = (line: string): boolean => process.stderr.write(`${line}\n`)

async function startContenders(chosen: readonly Participant[], setting: Setting): Promise<Line> {
  const contenders: Contender[] = []
  const reports: DriverReport[] = []
  for (const participant of chosen) {
    const { name, title } = participant
    const found = await participant.find(setting.workloads)
    try {
      if ('missing' in found) throw new Error(found.missing)
      const contender = await Contender.start(participant, found.command, setting)
      contenders.push(contender)
      reports.push({
        name,
        title,
        version: contender.version,
        ...(contender.note === undefined ? {} : { note: contender.note }),
      })
    } catch (error) {
      const missing = error instanceof Error ? error.message : String(error)
      progress(`${title}: ${missing}`)
      reports.push({ name, title, missing })
    }
  }
  return { contenders, reports }
}

async function bench(options: BenchOptions): Promise<BenchResult> {
  const { seconds, rounds, connections } = options
  const cores = findCores(options.pin)
  await using server = await startBenchServer(cores)
  const list = workloads
    .filter(({ name }) => options.only.includes(name))
    .map((workload) => onServer(onConnections(workload, connections), server.url))
  const chosen = participants.filter(({ name }) => options.drivers.includes(name))
  const { contenders, reports } = await startContenders(chosen, { url: server.url, cores, workloads: list })
  const measured: WorkloadReport[] = []
  try {
    for (const workload of list) {
      progress(`${workload.name}: ${workload.title}`)
      if (cores !== undefined) {
        const pinned = workload.allCores ? undefined : cores
        pinProcesses(pinned?.server, [server.postmasterPid])
        pinProcesses(
          pinned?.client,
          contenders.map(({ pid }) => pid),
        )
      }
      measured.push(await measureWorkload(server.client, contenders, workload, { seconds, rounds }))
    }
  } finally {
    await Promise.all(contenders.map((contender) => contender.end()))
  }
  const machine = describeMachine(server.version, cores)
  return {
    date: new Date().toISOString(),
    machine,
    settings: { seconds, rounds, connections },
    drivers: reports,
    workloads: measured,
  }
}

function readOrExplain(args: readonly string[]): BenchOptions {
  try {
    return readOptions(args)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exit(2)
  }
}

async function main(): Promise<void> {
  const options = readOrExplain(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(usage)
    return
  }
  const result = await bench(options)
  process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : writeReport(result))
  if (!options.check) return
  const verdicts = judge(result)
  const output = options.json ? process.stderr : process.stdout
  output.write(writeVerdicts(verdicts))
  const missed = verdicts.filter(({ outcome }) => outcome === 'missed').length
  output.write(`${missed} of ${verdicts.length} targets missed\n`)
  if (missed > 0) process.exitCode = 1
}

// An interrupted run ends like a finished one: temporary files go, the server and the drivers' processes follow.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

await main()
