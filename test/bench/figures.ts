/** What is measured, as data: how a figure is called, and how it is written. Lower is better, except for throughput. */
import { writeTime } from './time.ts'

interface FigureRow {
  readonly name: string
  readonly write: (value: number) => string
}

const time = (name: string): FigureRow => ({ name, write: writeTime })
const bytes = (name: string): FigureRow => ({ name, write: (value) => `${(value / 1000).toFixed(1)} kB` })

export const figures = {
  /** Client CPU and wall time of one execution. */
  cpuUs: time('CPU'),
  wallUs: time('wall time'),
  queriesPerSecond: { name: 'throughput', write: (value) => `${Math.round(value)}/s` },
  /** Latency of the fast queries, where slow ones are among them. */
  p99Us: time('p99'),
  /** From the call to the connection that is ready, without its end. */
  openUs: time('time to open'),
  /** The longest turn of the event loop: the CPU time of its thread alone, and as everybody else had to wait for it. */
  turnCpuUs: time('longest turn of the event loop, CPU'),
  turnUs: time('longest turn of the event loop'),
  /** The wait for a connection, and for how long it is then kept, on average. */
  acquireP99Us: time('p99 of acquire'),
  serviceUs: time('mean service time'),
  /** Of one idle connection: on JavaScript's heap, and outside, buffers included. */
  heapBytes: bytes('heap'),
  externalBytes: bytes('memory outside the heap'),
} as const satisfies Readonly<Record<string, FigureRow>>

export type Figure = keyof typeof figures

/** Those that only some workloads have: what a window measured, if anything. */
export const ownFigures = [
  'p99Us',
  'openUs',
  'turnCpuUs',
  'turnUs',
  'acquireP99Us',
  'serviceUs',
  'heapBytes',
  'externalBytes',
] as const satisfies readonly Figure[]

export type OwnFigures = { readonly [Name in (typeof ownFigures)[number]]?: number }

export function writeFigure(figure: Figure, value: number): string {
  return figures[figure].write(value)
}
