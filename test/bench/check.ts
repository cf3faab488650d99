/** Compares a result with the targets. A peer that took no part leaves its targets open; our own absence is a miss. */
import { isMeasurement, type BenchResult, type Measurement } from './result.ts'
import { medianDifference } from './statistics.ts'
import { targets, type Figure, type Target } from './targets.ts'
import { writeTime } from './time.ts'

export interface Verdict {
  readonly target: string
  readonly outcome: 'reached' | 'missed' | 'not measured'
  readonly reason: string
}

/** One verdict per target whose workload was measured. */
export function judge(result: BenchResult, list: readonly Target[] = targets): Verdict[] {
  return list
    .filter(({ workload }) => result.workloads.some(({ name }) => name === workload))
    .map((target) => {
      const { outcome, reason } = judgeOne(result, target)
      return { target: describe(target), outcome, reason }
    })
}

function judgeOne(result: BenchResult, target: Target): Omit<Verdict, 'target'> {
  const { driver, against, figure } = target
  const own = find(result, target, driver)
  const peer = find(result, target, against)
  const ownFigure = own?.[figure]
  const peerFigure = peer?.[figure]
  if (ownFigure === undefined) return { outcome: 'missed', reason: `${driver} has no figure` }
  if (peerFigure === undefined) return { outcome: 'not measured', reason: `${against} has no figure` }
  const figures = `${write(ownFigure, figure)} against ${write(peerFigure, figure)}`
  if ('atMostMoreUs' in target) {
    const moreUs = medianDifference(own?.rounds ?? [], peer?.rounds ?? [])
    return verdict(moreUs <= target.atMostMoreUs, `${signed(moreUs)} µs (${figures})`)
  }
  const times = ownFigure / peerFigure
  const reached = 'atMostTimes' in target ? times <= target.atMostTimes : times >= target.atLeastTimes
  return verdict(reached, `${times.toFixed(2)} × (${figures})`)
}

function verdict(reached: boolean, reason: string): Omit<Verdict, 'target'> {
  return { outcome: reached ? 'reached' : 'missed', reason }
}

const names: Readonly<Record<Figure, string>> = {
  cpuUs: 'CPU',
  wallUs: 'wall time',
  queriesPerSecond: 'throughput',
  p99Us: 'p99',
}

function describe(target: Target): string {
  const { workload, driver, against, figure } = target
  const subject = `${workload}: ${names[figure]} of ${driver}`
  if ('atMostMoreUs' in target) return `${subject} at most ${against} + ${target.atMostMoreUs} µs`
  if ('atMostTimes' in target) return `${subject} at most ${target.atMostTimes} × ${against}`
  return `${subject} at least ${target.atLeastTimes} × ${against}`
}

function find(result: BenchResult, { workload }: Target, driver: string): Measurement | undefined {
  const entry = result.workloads.find(({ name }) => name === workload)?.entries.find((one) => one.driver === driver)
  return isMeasurement(entry) ? entry : undefined
}

function write(value: number, figure: Figure): string {
  return figure === 'queriesPerSecond' ? `${Math.round(value)}/s` : writeTime(value)
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`
}
