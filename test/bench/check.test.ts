import { describe, expect, test } from 'vitest'

import { judge } from './check.ts'
import { participants } from './participants.ts'
import type { BenchResult, Entry, Measurement } from './result.ts'
import { comparedWith, targets, type Target } from './targets.ts'
import { workloads } from './workloads.ts'

const own = { cpuUs: 40, wallUs: 100, queriesPerSecond: 5000 }
const peer = { cpuUs: 100, wallUs: 100, queriesPerSecond: 2000 }

/** Everything of one target except its limit. */
const between = { workload: 'point', driver: 'ours', against: 'peer' } as const

describe('a ratio', () => {
  test.for<[Target, string]>([
    [{ ...between, figure: 'cpuUs', atMostTimes: 0.4 }, 'reached'],
    [{ ...between, figure: 'cpuUs', atMostTimes: 0.39 }, 'missed'],
    [{ ...between, figure: 'wallUs', atMostTimes: 1 }, 'reached'],
    [{ ...between, figure: 'wallUs', atMostTimes: 0.99 }, 'missed'],
    [{ ...between, figure: 'queriesPerSecond', atLeastTimes: 2.5 }, 'reached'],
    [{ ...between, figure: 'queriesPerSecond', atLeastTimes: 2.51 }, 'missed'],
  ])('%o is %s', ([target, outcome]) => {
    expect(judge(resultOf(measured('ours', own), measured('peer', peer)), [target])).toMatchObject([{ outcome }])
  })

  test('says which figures were compared', () => {
    const result = resultOf(measured('ours', own), measured('peer', peer))
    expect(judge(result, [{ ...between, figure: 'queriesPerSecond', atLeastTimes: 4 }])).toEqual([
      {
        target: 'point: throughput of ours at least 4 × peer',
        outcome: 'missed',
        reason: '2.50 × (5000/s against 2000/s)',
      },
    ])
  })
})

describe('a difference', () => {
  const target: Target = { ...between, figure: 'cpuUs', atMostMoreUs: 2 }

  test('is taken round by round, so that a slow minute is not in it', () => {
    const slowMinute = resultOf(
      measured('ours', { cpuUs: 14, rounds: [12, 22, 14] }),
      measured('peer', { cpuUs: 11, rounds: [10, 20, 11] }),
    )
    expect(judge(slowMinute, [target])).toEqual([
      {
        target: 'point: CPU of ours at most peer + 2 µs',
        outcome: 'reached',
        reason: '+2.0 µs (14.0 µs against 11.0 µs)',
      },
    ])
  })

  test('is missed by a tenth of a microsecond', () => {
    const result = resultOf(measured('ours', { rounds: [12.1] }), measured('peer', { rounds: [10] }))
    expect(judge(result, [target])).toMatchObject([{ outcome: 'missed' }])
  })
})

describe('a latency', () => {
  const target: Target = { ...between, figure: 'p99Us', atMostTimes: 2 }

  test('is compared like any other figure', () => {
    const result = resultOf(measured('ours', { p99Us: 1000 }), measured('peer', { p99Us: 500 }))
    expect(judge(result, [target])).toMatchObject([{ outcome: 'reached' }])
  })

  test('that was not taken is a miss of ours, and leaves open what is compared with a peer', () => {
    const without = resultOf(measured('ours', own), measured('peer', { p99Us: 500 }))
    const peerWithout = resultOf(measured('ours', { p99Us: 500 }), measured('peer', peer))
    expect(judge(without, [target])).toMatchObject([{ outcome: 'missed', reason: 'ours has no figure' }])
    expect(judge(peerWithout, [target])).toMatchObject([{ outcome: 'not measured', reason: 'peer has no figure' }])
  })
})

describe('a bound', () => {
  const target: Target = { workload: 'point', driver: 'ours', figure: 'heapBytes', atMost: 100_000 }

  test('may be met exactly, and needs no peer', () => {
    expect(judge(resultOf(measured('ours', { heapBytes: 100_000 })), [target])).toEqual([
      { target: 'point: heap of ours at most 100.0 kB', outcome: 'reached', reason: '100.0 kB' },
    ])
  })

  test('is missed by what is above it, and by a figure that was not taken', () => {
    const above = resultOf(measured('ours', { heapBytes: 100_001 }))
    expect(judge(above, [target])).toMatchObject([{ outcome: 'missed' }])
    expect(judge(resultOf(measured('ours', own)), [target])).toMatchObject([
      { outcome: 'missed', reason: 'ours has no figure' },
    ])
  })
})

describe('a comparison with something else', () => {
  test('takes another figure of the same entry', () => {
    const target: Target = {
      ...between,
      against: 'ours',
      figure: 'acquireP99Us',
      atMostTimes: 2,
      with: { figure: 'serviceUs' },
    }
    const result = resultOf(measured('ours', { acquireP99Us: 450, serviceUs: 200 }))
    expect(judge(result, [target])).toEqual([
      {
        target: 'point: p99 of acquire of ours at most 2 × mean service time of ours',
        outcome: 'missed',
        reason: '2.25 × (450 µs against 200 µs)',
      },
    ])
  })

  test('takes the figure of another workload, and is open without it', () => {
    const target: Target = { ...between, figure: 'cpuUs', atMostTimes: 0.01, with: { workload: 'lookup' } }
    const [point] = resultOf(measured('ours', { cpuUs: 0.09 })).workloads
    const [lookup] = resultOf(measured('peer', { cpuUs: 10 })).workloads
    const both = { ...resultOf(), workloads: [point!, { ...lookup!, name: 'lookup' }] }
    expect(judge(both, [target])).toEqual([
      {
        target: 'point: CPU of ours at most 0.01 × peer in lookup',
        outcome: 'reached',
        reason: '0.0090 × (0.090 µs against 10.0 µs)',
      },
    ])
    expect(judge({ ...both, workloads: [point!] }, [target])).toMatchObject([
      { outcome: 'not measured', reason: 'peer has no figure' },
    ])
  })
})

describe('an absence', () => {
  const target: Target = { ...between, figure: 'cpuUs', atMostTimes: 1 }

  test('of ours is a miss, also when it failed', () => {
    expect(judge(resultOf(measured('peer', peer)), [target])).toMatchObject([{ outcome: 'missed' }])
    const failed = resultOf({ driver: 'ours', failure: 'wrong result' }, measured('peer', peer))
    expect(judge(failed, [target])).toMatchObject([{ outcome: 'missed' }])
  })

  test('of a peer leaves the target open', () => {
    expect(judge(resultOf(measured('ours', own)), [target])).toMatchObject([{ outcome: 'not measured' }])
  })

  test('of the workload leaves the target out', () => {
    expect(judge({ ...resultOf(), workloads: [] }, [target])).toEqual([])
  })
})

test.for(targets)('$workload of $driver ($figure) is something that all who are compared do', (target) => {
  const { workload, driver, figure } = target
  expect(whoDoes(workload)).toContain(driver)
  expect(workloads.find(({ name }) => name === workload)?.mix !== undefined).toBe(figure === 'p99Us')
  if ('atMost' in target) return
  expect(whoDoes(comparedWith(target).workload)).toContain(target.against)
})

test('every workload that is about a figure of its own has a target for it', () => {
  const about = workloads.flatMap(({ name, figure }) => (figure === undefined ? [] : [`${name}: ${figure}`]))
  expect(about).toHaveLength(6)
  expect(targets.map(({ workload, figure }) => `${workload}: ${figure}`)).toEqual(expect.arrayContaining(about))
})

test('every workload that somebody does is there', () => {
  const known = new Set(workloads.map(({ name }) => name))
  expect(participants.flatMap((participant) => participant.workloads).filter((name) => !known.has(name))).toEqual([])
})

function whoDoes(workload: string): string[] {
  return participants.filter((participant) => participant.workloads.includes(workload)).map(({ name }) => name)
}

function measured(driver: string, figures: Partial<Measurement>): Measurement {
  return { driver, cpuUs: 10, wallUs: 10, queriesPerSecond: 1, rowsPerSecond: 1, rounds: [10], ...figures }
}

function resultOf(...entries: readonly Entry[]): BenchResult {
  return {
    date: '2026-01-01T00:00:00.000Z',
    machine: { cpu: '', cores: 1, memoryGiB: 1, system: '', node: '', postgres: '' },
    settings: { seconds: 1, rounds: 1, connections: 10 },
    drivers: [],
    workloads: [{ name: 'point', title: 'point lookup', rowsPerQuery: 1, entries }],
  }
}
