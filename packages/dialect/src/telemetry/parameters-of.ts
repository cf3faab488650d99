import type { QueryTrace } from './traces.ts'

/** Beside the traces and not on them: what is dumped, serialised or inspected shows no value. */
const parametersOfTraces = new WeakMap<QueryTrace, readonly unknown[]>()

/**
 * The parameters of a query that is being traced. They are what users have entered: for development, and never for a log
 * that others read. Undefined for a batch, `executeMany` and scripts.
 */
export function parametersOf(trace: QueryTrace): readonly unknown[] | undefined {
  return parametersOfTraces.get(trace)
}

export function noteParameters(trace: QueryTrace, parameters: readonly unknown[]): void {
  parametersOfTraces.set(trace, parameters)
}
