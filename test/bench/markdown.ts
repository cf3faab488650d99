/** The README's tables: client CPU per query, one row per workload, the lowest figure of a driver that decodes in bold. */
import { figures, type Figure, writeFigure } from './figures.ts'
import { OUR_GUARDS } from './participants.ts'
import { writeMachine } from './report.ts'
import { isMeasurement, type BenchResult, type Entry, type Measurement, type WorkloadReport } from './result.ts'
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

const connectionColumns: readonly Column[] = [
  { title: 'kysely-pgwire', drivers: ['pgwire', OUR_GUARDS] },
  { title: 'asyncpg', drivers: ['asyncpg'] },
  { title: 'pg', drivers: ['pg'] },
  { title: 'postgres.js', drivers: ['postgres'] },
]

/** What a figure is not to be read without. */
const companions: Partial<Readonly<Record<Figure, { readonly figure: Figure; readonly words: string }>>> = {
  wallUs: { figure: 'openUs', words: 'to open' },
  turnCpuUs: { figure: 'turnUs', words: 'with the waits for a core' },
  acquireP99Us: { figure: 'serviceUs', words: 'mean service time' },
  heapBytes: { figure: 'externalBytes', words: 'outside the heap' },
}

/** No contest: one decodes nothing, the other is not Kysely. */
const outOfContest = (column: Column, columns: readonly Column[]): boolean =>
  column.drivers.includes('libpq') || (columns === kyselyColumns && column.drivers.includes('pgwire'))

export function writeMarkdown(result: BenchResult): string {
  const throughKysely = ({ name }: WorkloadReport): boolean => name.startsWith('kysely-')
  const mixes = result.workloads.filter(({ entries }) => latenciesIn(entries).length > 0)
  const around = result.workloads.filter(({ figure }) => figure !== undefined)
  const tables = result.workloads.filter((workload) => !mixes.includes(workload) && !around.includes(workload))
  return [
    writeTable(
      tables.filter((workload) => !throughKysely(workload)),
      driverColumns,
    ),
    writeTable(tables.filter(throughKysely), kyselyColumns),
    ...mixes.map((workload) => writeLatencies(workload, result)),
    writeFigures(around),
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
    ...rows.map(({ title, entries, throughput = false }) => {
      const contest = used.filter((column) => !outOfContest(column, columns)).flatMap(({ drivers }) => drivers)
      const best = Math.min(
        ...entries
          .filter(isMeasurement)
          .filter(({ driver }) => contest.includes(driver))
          .map(({ cpuUs }) => cpuUs),
      )
      return line([title, ...used.map((column) => cell(column, entries, { best, throughput }))])
    }),
  ].join('\n')
}

/** What is about something else than CPU per query: one row, one figure. */
function writeFigures(workloads: readonly WorkloadReport[]): string {
  const rows = workloads.flatMap(({ title, figure = 'cpuUs', entries }) => {
    if (entries.length === 0) return []
    const cells = connectionColumns.map(({ drivers }) => {
      const entry = entries.find(({ driver }) => drivers.includes(driver))
      if (entry === undefined) return '–'
      return isMeasurement(entry) ? withCompanion(figure, entry) : 'failed'
    })
    return [line([title, figures[figure].name, ...cells])]
  })
  if (rows.length === 0) return ''
  return [
    line(['connections', 'figure', ...connectionColumns.map(({ title }) => title)]),
    line(['---', '---', ...connectionColumns.map(() => '---:')]),
    ...rows,
  ].join('\n')
}

function withCompanion(figure: Figure, entry: Measurement): string {
  const value = entry[figure]
  if (value === undefined) return '–'
  const companion = companions[figure]
  const other = companion === undefined ? undefined : entry[companion.figure]
  const text = writeFigure(figure, value)
  if (companion === undefined || other === undefined) return text
  return `${text} (${writeFigure(companion.figure, other)} ${companion.words})`
}

interface Row {
  /** The lowest time in the contest. */
  readonly best: number
  readonly throughput: boolean
}

function cell({ drivers, ways = [] }: Column, entries: readonly Entry[], { best, throughput }: Row): string {
  const parts = drivers.flatMap((driver, n) => {
    const entry = entries.find((one) => one.driver === driver)
    if (entry === undefined) return []
    if (!isMeasurement(entry)) return ['failed']
    const time = writeTime(entry.cpuUs)
    const way = (entry.cpuUs === best ? `**${time}**` : time) + (ways[n] ?? '')
    return [throughput ? `${way}, ${Math.round(entry.rowsPerSecond / 1000)} k rows/s` : way]
  })
  return parts.length === 0 ? '–' : parts.join('<br>')
}

function latenciesIn(entries: readonly Entry[]): { readonly driver: string; readonly p99Us: number }[] {
  return entries.flatMap((entry) =>
    isMeasurement(entry) && entry.p99Us !== undefined ? [{ driver: entry.driver, p99Us: entry.p99Us }] : [],
  )
}

function writeLatencies({ title, entries }: WorkloadReport, { drivers }: BenchResult): string {
  const titles = new Map(drivers.map((driver) => [driver.name, driver.title]))
  const figures = latenciesIn(entries).map(
    ({ driver, p99Us }) => `${writeTime(p99Us)} (${titles.get(driver) ?? driver})`,
  )
  return `99 % of the fast ones among ${title} take at most ${figures.join(', ')}.`
}

function writeVersions({ drivers }: BenchResult): string {
  const present = drivers.filter(
    ({ name, version }) => version !== undefined && !/^kysely-pg$|^pg-|-guards$/.test(name),
  )
  return present
    .map(({ title, version, note }) => `${title} ${version}${note === undefined ? '' : ` (${note})`}`)
    .join('; ')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
