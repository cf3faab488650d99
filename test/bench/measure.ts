/**
 * One workload, all drivers: every driver is checked first, warmed up, and then measured in short windows that take turns,
 * so that a slow minute of the machine hits all of them alike. The figures are medians over the rounds.
 */
import type pg from 'pg'

import type { Contender } from './contender.ts'
import { ownFigures, type OwnFigures } from './figures.ts'
import { OURS, OURS_THROUGH_KYSELY } from './participants.ts'
import { expectedRows, referenceOf, writtenRows, type Reference } from './reference.ts'
import { isMeasurement, type Entry, type Failure, type WorkloadReport } from './result.ts'
import type { Tally } from './run-lanes.ts'
import { median } from './statistics.ts'
import type { Workload } from './workload.ts'

export interface Pace {
  readonly seconds: number
  readonly rounds: number
}

export async function measureWorkload(
  client: pg.Client,
  contenders: readonly Contender[],
  workload: Workload,
  pace: Pace,
): Promise<WorkloadReport> {
  const reference = workload.table === undefined ? await referenceOf(client, workload) : expectedRows(workload)
  const running = new Map<Contender, Tally[]>()
  const failures: Failure[] = []
  const attempt = async (contender: Contender, work: () => Promise<void>): Promise<void> => {
    await empty(client, workload)
    try {
      await work()
    } catch (error) {
      running.delete(contender)
      failures.push({
        driver: contender.participant.name,
        failure: error instanceof Error ? error.message : String(error),
      })
    }
  }

  for (const contender of contenders) {
    if (!contender.participant.workloads.includes(workload.name)) continue
    await attempt(contender, async () => {
      await contender.open(workload.name)
      await check(client, contender, workload, reference)
      await contender.run(workload.name, pace.seconds * 1000)
      running.set(contender, [])
    })
  }
  for (let round = 0; round < pace.rounds; round++) {
    for (const contender of rotated([...running.keys()], round)) {
      await attempt(contender, async () => {
        running.get(contender)?.push(await contender.run(workload.name, pace.seconds * 1000))
      })
    }
  }
  for (const contender of running.keys()) await attempt(contender, () => contender.close(workload.name))
  await empty(client, workload)

  const rowsPerQuery = workload.rowsPerExecution ?? reference.rows / workload.inFlight
  const measured = [...running].map(([contender, tallies]) => entryOf(contender.participant.name, tallies))
  return {
    name: workload.name,
    title: workload.title,
    rowsPerQuery,
    throughput: workload.figure === undefined && (workload.allCores === true || workload.table !== undefined),
    ...(workload.figure === undefined ? {} : { figure: workload.figure }),
    entries: withRatios([...measured, ...failures], contenders),
  }
}

async function check(client: pg.Client, contender: Contender, workload: Workload, reference: Reference): Promise<void> {
  const { rows, hash } =
    workload.table === undefined ? await contender.verify(workload.name) : await writes(client, contender, workload)
  const expected = contender.participant.name === 'libpq' ? reference.wireHash : reference.hash
  if (rows !== reference.rows) throw new Error(`wrong result: ${rows} rows instead of ${reference.rows}`)
  if (hash !== expected) throw new Error('wrong result: the values differ from the server’s')
}

async function writes(client: pg.Client, contender: Contender, workload: Workload): Promise<Reference> {
  await contender.verify(workload.name)
  return writtenRows(client, workload)
}

async function empty(client: pg.Client, { table }: Workload): Promise<void> {
  if (table !== undefined) await client.query(`truncate ${table}`)
}

/** Everyone is first, in the middle and last in turn. */
function rotated<T>(all: readonly T[], by: number): T[] {
  const start = all.length === 0 ? 0 : by % all.length
  return [...all.slice(start), ...all.slice(0, start)]
}

function entryOf(driver: string, tallies: readonly Tally[]): Entry {
  const rounds = tallies.map(({ cpuUs, executions }) => cpuUs / executions)
  return {
    driver,
    cpuUs: median(rounds),
    wallUs: median(tallies.map(({ wallUs, executions }) => wallUs / executions)),
    queriesPerSecond: median(tallies.map(({ wallUs, executions }) => (executions * 1e6) / wallUs)),
    rowsPerSecond: median(tallies.map(({ wallUs, rows }) => (rows * 1e6) / wallUs)),
    ...ownFiguresOf(tallies),
    rounds,
  }
}

/** Medians of what all rounds have. */
function ownFiguresOf(tallies: readonly Tally[]): OwnFigures {
  return Object.fromEntries(
    ownFigures.flatMap((figure) => {
      const values = tallies.flatMap((tally) => tally[figure] ?? [])
      return values.length === 0 ? [] : [[figure, median(values)]]
    }),
  )
}

/** In the participants' order, each against ours: the driver, or Kysely on it where it takes part alone. */
function withRatios(entries: readonly Entry[], contenders: readonly Contender[]): Entry[] {
  const measured = entries.filter(isMeasurement)
  const ours = [OURS, OURS_THROUGH_KYSELY].flatMap((name) => measured.find(({ driver }) => driver === name) ?? [])[0]
  return contenders.flatMap(({ participant }) => {
    const entry = entries.find((one) => one.driver === participant.name)
    if (entry === undefined) return []
    return [isMeasurement(entry) && ours !== undefined ? { ...entry, ratio: entry.cpuUs / ours.cpuUs } : entry]
  })
}
