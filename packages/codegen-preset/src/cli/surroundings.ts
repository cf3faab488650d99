import type { Output } from './log.ts'

/** What the program needs of the process that it runs in. */
export interface Surroundings extends Output {
  readonly cwd: string
  /** Ends `watch`. */
  readonly signal: AbortSignal
  /** Runs the program once more, in a process of its own, where every module is loaded anew. Gives its exit code. */
  readonly again: (argv: readonly string[], signal: AbortSignal) => Promise<number>
}
