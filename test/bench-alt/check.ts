/** Compares a result with the targets. A peer that took no part leaves its targets open; our own absence is a miss. */
import { isMeasurement, type BenchResult, type Measurement } from './result.ts'
import { targets, type Target } from './targets.ts'

export interface Verdict {
  readonly target: string
  readonly outcome: 'reached' | 'missed' | 'not measured'
  readonly reason: string
}

/** One verdict per target whose workload was measured. */
export function judge(result: BenchResult): Verdict[] {
  return targets
    .filter(({ workload }) => result.workloads.some(({ name }) => name === workload))
    .map((target) => judgeOne(result, target))
}

function judgeOne(result: BenchResult, target: Target): Verdict {
  const name = describe(target)
  const own = find(result, target, target.driver)
  const peer = find(result, target, target.against)
  if (own === undefined) return { target: name, outcome: 'missed', reason: `${target.driver} has no figure` }
  if (peer === undefined) return { target: name, outcome: 'not measured', reason: `${target.against} has no figure` }
  const [reached, figure] =
    'atMostTimes' in target
      ? [own.cpuUs <= peer.cpuUs * target.atMostTimes, `${(own.cpuUs / peer.cpuUs).toFixed(2)} ×`]
      : [own.cpuUs - peer.cpuUs <= target.atMostMoreUs, `${signed(own.cpuUs - peer.cpuUs)} µs`]
  const figures = `${own.cpuUs.toFixed(1)} µs against ${peer.cpuUs.toFixed(1)} µs`
  return { target: name, outcome: reached ? 'reached' : 'missed', reason: `${figure} (${figures})` }
}

function describe(target: Target): string {
  const limit =
    'atMostTimes' in target
      ? `at most ${target.atMostTimes} × ${target.against}`
      : `at most ${target.against} + ${target.atMostMoreUs} µs`
  return `${target.workload}: ${target.driver} ${limit}`
}

function find(result: BenchResult, { workload }: Target, driver: string): Measurement | undefined {
  const entry = result.workloads.find(({ name }) => name === workload)?.entries.find((one) => one.driver === driver)
  return isMeasurement(entry) ? entry : undefined
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`
}
