/** What a benchmark run says: the JSON file is exactly this. */
import type { Figure, OwnFigures } from './figures.ts'
import type { Cores } from './pinning.ts'

export interface BenchResult {
  readonly date: string
  readonly machine: Machine
  readonly settings: { readonly seconds: number; readonly rounds: number; readonly connections: number }
  readonly drivers: readonly DriverReport[]
  readonly workloads: readonly WorkloadReport[]
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly postgres: string
  /** Absent where processes could not be pinned. */
  readonly pinned?: Cores
}

export interface DriverReport {
  readonly name: string
  readonly title: string
  readonly version?: string
  readonly note?: string
  /** Why it takes no part, and how to change that. */
  readonly missing?: string
}

export interface WorkloadReport {
  readonly name: string
  readonly title: string
  readonly rowsPerQuery: number
  /** What it is about is how much gets done, not CPU alone. */
  readonly throughput?: boolean
  /** The figure that it is about, if not CPU. */
  readonly figure?: Figure
  readonly entries: readonly Entry[]
}

/** Medians over the rounds. */
export interface Measurement extends OwnFigures {
  readonly driver: string
  readonly cpuUs: number
  readonly wallUs: number
  readonly queriesPerSecond: number
  readonly rowsPerSecond: number
  /** CPU per query, divided by ours in the same run; absent when ours was not measured. */
  readonly ratio?: number
  /** CPU per query of each round. */
  readonly rounds: readonly number[]
}

export interface Failure {
  readonly driver: string
  /** What went wrong. */
  readonly failure: string
}

export type Entry = Measurement | Failure

export function isMeasurement(entry: Entry | undefined): entry is Measurement {
  return entry !== undefined && 'cpuUs' in entry
}
