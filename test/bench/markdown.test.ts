import { expect, test } from 'vitest'

import { writeMarkdown } from './markdown.ts'
import { OUR_GUARDS, OURS } from './participants.ts'
import type { BenchResult, Entry, Measurement, WorkloadReport } from './result.ts'

test('what is about a figure of its own has a table of its own, with what that figure is not to be read without', () => {
  const text = writeMarkdown(
    resultOf(
      { name: 'point', title: 'point lookup', rowsPerQuery: 1, entries: [measured(OURS, { cpuUs: 10 })] },
      {
        name: 'connect',
        title: 'open and close',
        rowsPerQuery: 1,
        figure: 'wallUs',
        entries: [measured(OURS, { wallUs: 2000, openUs: 1500 }), measured('asyncpg', { wallUs: 3000 })],
      },
      {
        name: 'idle',
        title: 'idle connection',
        rowsPerQuery: 1,
        figure: 'heapBytes',
        entries: [
          measured(OURS, { heapBytes: 11_540, externalBytes: 82_910 }),
          { driver: 'pg', failure: 'wrong result' },
        ],
      },
      {
        name: 'guards',
        title: 'telemetry',
        rowsPerQuery: 1,
        figure: 'cpuUs',
        entries: [measured(OUR_GUARDS, { cpuUs: 0.026 })],
      },
    ),
  )
  const [queries, connections] = text.split('\n\n')
  expect(queries?.split('\n').slice(2)).toEqual(['| point lookup | **10.0 µs** |'])
  expect(connections?.split('\n')).toEqual([
    '| connections | figure | kysely-pgwire | asyncpg | pg | postgres.js |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
    '| open and close | wall time | 2.00 ms (1.50 ms to open) | 3.00 ms | – | – |',
    '| idle connection | heap | 11.5 kB (82.9 kB outside the heap) | – | failed | – |',
    '| telemetry | CPU | 0.026 µs | – | – | – |',
  ])
})

test('a result without such workloads has no such table', () => {
  const text = writeMarkdown(
    resultOf({ name: 'point', title: 'point lookup', rowsPerQuery: 1, entries: [measured(OURS, {})] }),
  )
  expect(text).not.toContain('connections')
})

function measured(driver: string, figures: Partial<Measurement>): Entry {
  return { driver, cpuUs: 10, wallUs: 10, queriesPerSecond: 1, rowsPerSecond: 1, rounds: [10], ...figures }
}

function resultOf(...workloads: readonly WorkloadReport[]): BenchResult {
  return {
    date: '2026-01-01T00:00:00.000Z',
    machine: { cpu: '', cores: 1, memoryGiB: 1, system: '', node: '', postgres: '' },
    settings: { seconds: 1, rounds: 1, connections: 10 },
    drivers: [],
    workloads,
  }
}
