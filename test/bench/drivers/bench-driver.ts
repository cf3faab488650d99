import type { Workload } from '../workload.ts'

/** One driver as the benchmark sees it. An adapter only says how the driver executes; the timing is the same for all. */
export interface BenchDriver {
  readonly version: string
  open(url: string, workload: Workload): Promise<BenchSession>
}

export interface BenchSession {
  /** Executes once per call and is called again when it settles: as many lanes as executions in flight. */
  readonly lanes: readonly Lane[]
  /** Executes the slow query of a mix. */
  readonly slow?: Lane
  /** Opens a connection, or takes one of a pool: for what is measured around queries. There may be no lanes then. */
  readonly borrow?: () => Promise<Borrowed>
  /** The rows inside what a lane resolves to. */
  readonly rowsOf: (result: unknown) => readonly Row[]
  close(): Promise<void>
}

/** A connection that is the caller's until it is given back: closed, or returned to its pool. */
export interface Borrowed {
  /** Executes the workload's query. */
  readonly query: Lane
  giveBack(): void | PromiseLike<void>
}

/** `parameters` is not read after the call. Resolves to the driver's own result object, unchanged. */
export type Lane = (parameters: readonly unknown[]) => PromiseLike<unknown>

export type Row = Readonly<Record<string, unknown>>

/** `connections` lanes of one execution each, or all in-flight executions spread over fewer connections. */
export function spreadLanes<T>(connections: readonly T[], inFlight: number, lane: (connection: T) => Lane): Lane[] {
  return Array.from({ length: inFlight }, (_, n) => lane(connections[n % connections.length] as T))
}

/** Opens what the workload asks for, side by side. */
export function openMany<T>(count: number, open: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, open))
}
