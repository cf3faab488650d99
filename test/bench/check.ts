/** Compares a result with the targets. A peer that took no part leaves its targets open; our own absence is a miss. */
import { figures, writeFigure } from './figures.ts'
import { isMeasurement, type BenchResult, type Measurement } from './result.ts'
import { medianDifference } from './statistics.ts'
import { comparedWith, targets, type Comparison, type Target } from './targets.ts'

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
  const { driver, figure } = target
  const own = find(result, target.workload, driver)
  const ownFigure = own?.[figure]
  if (ownFigure === undefined) return { outcome: 'missed', reason: `${driver} has no figure` }
  if ('atMost' in target) return verdict(ownFigure <= target.atMost, writeFigure(figure, ownFigure))

  const { workload, figure: peersFigure } = comparedWith(target)
  const peer = find(result, workload, target.against)
  const peerFigure = peer?.[peersFigure]
  if (peerFigure === undefined) return { outcome: 'not measured', reason: `${target.against} has no figure` }
  const both = `${writeFigure(figure, ownFigure)} against ${writeFigure(peersFigure, peerFigure)}`
  if ('atMostMoreUs' in target) {
    const moreUs = medianDifference(own?.rounds ?? [], peer?.rounds ?? [])
    return verdict(moreUs <= target.atMostMoreUs, `${signed(moreUs)} µs (${both})`)
  }
  const times = ownFigure / peerFigure
  const reached = 'atMostTimes' in target ? times <= target.atMostTimes : times >= target.atLeastTimes
  return verdict(reached, `${times < 0.1 ? times.toPrecision(2) : times.toFixed(2)} × (${both})`)
}

function verdict(reached: boolean, reason: string): Omit<Verdict, 'target'> {
  return { outcome: reached ? 'reached' : 'missed', reason }
}

function describe(target: Target): string {
  const { workload, driver, figure } = target
  const subject = `${workload}: ${figures[figure].name} of ${driver}`
  if ('atMost' in target) return `${subject} at most ${writeFigure(figure, target.atMost)}`
  const peer = describePeer(target)
  if ('atMostMoreUs' in target) return `${subject} at most ${peer} + ${target.atMostMoreUs} µs`
  if ('atMostTimes' in target) return `${subject} at most ${target.atMostTimes} × ${peer}`
  return `${subject} at least ${target.atLeastTimes} × ${peer}`
}

function describePeer(target: Comparison): string {
  const { workload, figure } = comparedWith(target)
  const other = figure === target.figure ? '' : `${figures[figure].name} of `
  return `${other}${target.against}${workload === target.workload ? '' : ` in ${workload}`}`
}

function find(result: BenchResult, workload: string, driver: string): Measurement | undefined {
  const entry = result.workloads.find(({ name }) => name === workload)?.entries.find((one) => one.driver === driver)
  return isMeasurement(entry) ? entry : undefined
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`
}
