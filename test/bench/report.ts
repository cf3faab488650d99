/** The result for a person at a terminal. */
import type { Verdict } from './check.ts'
import { type Figure, figures, ownFigures, writeFigure } from './figures.ts'
import { OURS, OURS_THROUGH_KYSELY } from './participants.ts'
import { isMeasurement, type BenchResult, type Entry, type Machine, type WorkloadReport } from './result.ts'
import { medianDifference } from './statistics.ts'

const header = ['driver', 'CPU µs/query', '× ours', 'queries/s', 'rows/s']

export function writeReport(result: BenchResult): string {
  const titles = new Map(result.drivers.map((driver) => [driver.name, driver.title]))
  const { seconds, rounds, connections } = result.settings
  return [
    writeMachine(result.machine),
    `medians of ${rounds} rounds of ${seconds} s, drivers taking turns; CPU is user and system time of the client; row queries on ${connections === 1 ? 'one connection' : `${connections} connections`}`,
    '',
    ...result.drivers.map(
      ({ title, version, note, missing }) => `  ${title}: ${missing ?? [version, note].filter(Boolean).join(', ')}`,
    ),
    ...result.workloads.filter(({ entries }) => entries.length > 0).map((workload) => writeWorkload(workload, titles)),
    '',
  ].join('\n')
}

export function writeMachine({ cpu, cores, memoryGiB, system, node, postgres, pinned }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}; Node ${node}, PostgreSQL ${postgres}; ${writePinning(pinned)}`
}

function writePinning(pinned: Machine['pinned']): string {
  if (pinned === undefined) return 'processes not pinned'
  const { server, client } = pinned
  return server === client
    ? `server and clients on core ${server}`
    : `server on core ${server}, clients on core ${client}`
}

function writeWorkload({ name, title, figure, entries }: WorkloadReport, titles: ReadonlyMap<string, string>): string {
  const rows = entries.map((entry) => [titles.get(entry.driver) ?? entry.driver, ...cells(entry)])
  return [
    '',
    `${name}: ${title}`,
    ...align([header, ...rows]),
    ...kyselysShare(entries),
    ...entries.flatMap((entry) => otherFigures(entry, figure, titles)),
  ].join('\n')
}

/** What our dialect adds to our driver, where both did the same work; the figures above are medians of each by itself. */
function kyselysShare(entries: readonly Entry[]): string[] {
  const driver = entries.find((entry) => entry.driver === OURS)
  const throughKysely = entries.find((entry) => entry.driver === OURS_THROUGH_KYSELY)
  if (!isMeasurement(driver) || !isMeasurement(throughKysely)) return []
  return [`  through Kysely: driver + ${medianDifference(throughKysely.rounds, driver.rounds).toFixed(1)} µs`]
}

/** What the table has no column for: the figure that the workload is about, and those that only it has. */
function otherFigures(entry: Entry, figure: Figure | undefined, titles: ReadonlyMap<string, string>): string[] {
  if (!isMeasurement(entry)) return []
  const others = figure === 'wallUs' ? [figure, ...ownFigures] : ownFigures
  return others.flatMap((other) => {
    const value = entry[other]
    if (value === undefined) return []
    return [`  ${figures[other].name}, ${titles.get(entry.driver) ?? entry.driver}: ${writeFigure(other, value)}`]
  })
}

function cells(entry: Entry): string[] {
  if (!isMeasurement(entry)) return [entry.failure]
  return [
    group(entry.cpuUs, entry.cpuUs < 1 ? 3 : entry.cpuUs < 1000 ? 1 : 0),
    entry.ratio === undefined ? '–' : entry.ratio.toFixed(2),
    group(entry.queriesPerSecond),
    group(entry.rowsPerSecond),
  ]
}

function group(value: number, decimals = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

/** The first column to the left, figures to the right; a failure may be longer than its column. */
function align(table: readonly (readonly string[])[]): string[] {
  const widths = header.map((_, column) =>
    Math.max(
      ...table.filter((row) => row.length === header.length || column === 0).map((row) => row[column]?.length ?? 0),
    ),
  )
  return table.map(
    (row) =>
      `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`,
  )
}

export function writeVerdicts(verdicts: readonly Verdict[]): string {
  return verdicts.map(({ target, outcome, reason }) => `  ${outcome.padEnd(12)}  ${target}: ${reason}\n`).join('')
}
