/** The README's tables: client CPU per query, one row per workload, the lowest figure of a driver that decodes in bold. */
import { writeMachine } from './report.ts'
import { isMeasurement, NOT_YET, type BenchResult, type Entry, type WorkloadReport } from './result.ts'
import { writeTime } from './time.ts'

/** Drivers in one column; the second and later ones are other ways to use the first. */
interface Column {
  readonly title: string
  readonly drivers: readonly string[]
  readonly ways?: readonly string[]
}

const driverColumns: readonly Column[] = [
  { title: 'kysely-pgwire', drivers: ['pgwire'] },
  { title: 'asyncpg', drivers: ['asyncpg'] },
  { title: 'Bun SQL', drivers: ['bun'] },
  { title: 'pg', drivers: ['pg', 'pg-pool', 'pg-pipeline'], ways: ['', ' with a pool of 10', ' pipelining'] },
  { title: 'postgres.js', drivers: ['postgres'] },
  { title: 'libpq, nothing decoded', drivers: ['libpq'] },
]

const kyselyColumns: readonly Column[] = [
  { title: 'driver alone', drivers: ['pgwire'] },
  { title: 'Kysely + kysely-pgwire', drivers: ['kysely-pgwire'] },
  { title: 'Kysely + pg', drivers: ['kysely-pg'] },
  { title: 'Kysely + postgres.js', drivers: ['kysely-postgres-js'] },
]

/** No contest: one decodes nothing, the other is not Kysely. */
const outOfContest = (column: Column, columns: readonly Column[]): boolean =>
  column.drivers.includes('libpq') || (columns === kyselyColumns && column.drivers.includes('pgwire'))

export function writeMarkdown(result: BenchResult): string {
  const throughKysely = ({ name }: WorkloadReport): boolean => name.startsWith('kysely-')
  return [
    writeTable(
      result.workloads.filter((workload) => !throughKysely(workload)),
      driverColumns,
    ),
    writeTable(result.workloads.filter(throughKysely), kyselyColumns),
    `Client CPU per query (user and system time), medians of ${result.settings.rounds} interleaved rounds; lower is better. ${writeMachine(result.machine)}. ${writeVersions(result)}. Measured on ${result.date.slice(0, 10)}.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function writeTable(workloads: readonly WorkloadReport[], columns: readonly Column[]): string {
  const used = columns.filter((column) =>
    workloads.some(({ entries }) => entries.some((entry) => column.drivers.includes(entry.driver))),
  )
  const rows = workloads.filter(({ entries }) => entries.length > 0)
  if (rows.length === 0 || used.length === 0) return ''
  return [
    line(['client CPU per query', ...used.map(({ title }) => title)]),
    line(['---', ...used.map(() => '---:')]),
    ...rows.map(({ title, entries }) => {
      const contest = used.filter((column) => !outOfContest(column, columns)).flatMap(({ drivers }) => drivers)
      const best = Math.min(
        ...entries
          .filter(isMeasurement)
          .filter(({ driver }) => contest.includes(driver))
          .map(({ cpuUs }) => cpuUs),
      )
      return line([title, ...used.map((column) => cell(column, entries, best))])
    }),
  ].join('\n')
}

function cell({ drivers, ways = [] }: Column, entries: readonly Entry[], best: number): string {
  const parts = drivers.flatMap((driver, n) => {
    const entry = entries.find((one) => one.driver === driver)
    if (entry === undefined) return []
    if (!isMeasurement(entry)) return [entry.failure === NOT_YET ? entry.failure : 'failed']
    const time = writeTime(entry.cpuUs)
    return [(entry.cpuUs === best ? `**${time}**` : time) + (ways[n] ?? '')]
  })
  return parts.length === 0 ? '–' : parts.join('<br>')
}

function writeVersions({ drivers }: BenchResult): string {
  const present = drivers.filter(({ name, version }) => version !== undefined && !/^kysely-pg$|^pg-/.test(name))
  return present
    .map(({ title, version, note }) => `${title} ${version}${note === undefined ? '' : ` (${note})`}`)
    .join('; ')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
