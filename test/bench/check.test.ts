import { describe, expect, test } from 'vitest'

import { judge } from './check.ts'
import { participants } from './participants.ts'
import type { BenchResult, Entry, Measurement } from './result.ts'
import { targets, type Target } from './targets.ts'
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

test.for(targets)('$workload of $driver against $against ($figure) is something that both do', (target) => {
  const { workload, driver, against, figure } = target
  const doing = participants.filter((participant) => participant.workloads.includes(workload)).map(({ name }) => name)
  expect(doing).toContain(driver)
  expect(doing).toContain(against)
  expect(workloads.find(({ name }) => name === workload)?.mix !== undefined).toBe(figure === 'p99Us')
})

test('every workload that somebody does is there', () => {
  const known = new Set(workloads.map(({ name }) => name))
  expect(participants.flatMap((participant) => participant.workloads).filter((name) => !known.has(name))).toEqual([])
})

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
