/**
 * Draws a result: `node test/bench/picture.ts docs/benchmark.json` writes docs/benchmark.svg beside it
 * and prints the Markdown tables for the README.
 */
import { readFileSync, writeFileSync } from 'node:fs'

import { writeMarkdown } from './markdown.ts'
import { OURS, OURS_THROUGH_KYSELY } from './participants.ts'
import { isMeasurement, type BenchResult } from './result.ts'
import { writeSvg, type BarGroup } from './svg.ts'
import { writeTime } from './time.ts'

/** What the picture leaves to the tables: it shows each kind of work once, CPU per query alone, and only where we take part. */
const inTableOnly = ['select1', 'point-seq', 'pool-10', 'mix', 'kysely-point-seq', 'kysely-prepared', 'kysely-pool-10']

const shortTitles: Readonly<Record<string, string>> = {
  [OURS]: 'kysely-pgwire',
  [OURS_THROUGH_KYSELY]: '+ kysely-pgwire',
  libpq: 'libpq, undecoded',
  'kysely-pg': '+ pg',
  'kysely-postgres-js': '+ postgres.js',
}

const isOurs = (driver: string): boolean => driver === OURS || driver === OURS_THROUGH_KYSELY

function groupsIn({ workloads, drivers }: BenchResult): BarGroup[] {
  const titles = new Map(drivers.map(({ name, title }) => [name, shortTitles[name] ?? title]))
  return workloads
    .filter(
      ({ name, figure, entries }) =>
        figure === undefined &&
        !inTableOnly.includes(name) &&
        entries.some((entry) => isOurs(entry.driver) && isMeasurement(entry)),
    )
    .map(({ name, title, entries }) => ({
      title,
      bars: entries.filter(isMeasurement).map(({ driver, cpuUs, ratio }) => ({
        label: name.startsWith('kysely-') && driver === OURS ? 'driver alone' : (titles.get(driver) ?? driver),
        value: cpuUs,
        text:
          ratio === undefined || ratio === 1
            ? writeTime(cpuUs)
            : `${writeTime(cpuUs)}  (${ratio.toFixed(ratio < 10 ? 1 : 0)} ×)`,
        highlighted: isOurs(driver),
      })),
    }))
}

const [source] = process.argv.slice(2)
if (source === undefined || !source.endsWith('.json'))
  throw new Error('Name the JSON file that pnpm bench --json wrote')
const result = JSON.parse(readFileSync(source, 'utf8')) as BenchResult
const { node, postgres } = result.machine
const subtitle = `Lower is better; × is relative to kysely-pgwire in the same run. Node ${node}, PostgreSQL ${postgres}.`
writeFileSync(source.replace(/\.json$/, '.svg'), writeSvg('Client CPU per query', subtitle, groupsIn(result)))
process.stdout.write(`${writeMarkdown(result)}\n`)
