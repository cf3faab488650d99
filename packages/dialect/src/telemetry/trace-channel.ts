import type { TracingChannel } from 'node:diagnostics_channel'

import type { TraceEnd } from './traces.ts'

/** What may be noted on a trace while it is being made. */
export type Noting<Trace> = { -readonly [Field in keyof Trace]: Trace[Field] }

/** A trace that has begun and not ended. */
export interface Begun {
  /** The call has succeeded. */
  succeed(): void
  fail(error: unknown): void
}

/**
 * A tracing channel. Whoever asks `hasSubscribers` before making a trace pays nothing without subscribers.
 *
 * As with `tracePromise` of Node, `start` and `end` surround the beginning, during which the stores bound to `start` have
 * their values; `error` comes before `asyncStart` and `asyncEnd`, which are published when the call has settled, and before its
 * caller goes on. Unlike there, results are not on the trace: they are values.
 */
export class TraceChannel<Trace extends TraceEnd> {
  readonly #channels: TracingChannel<unknown, Trace>

  constructor(channels: TracingChannel<unknown, Trace>) {
    this.#channels = channels
  }

  get hasSubscribers(): boolean {
    const { start, end, asyncStart, asyncEnd, error } = this.#channels
    return (
      asyncEnd.hasSubscribers ||
      start.hasSubscribers ||
      error.hasSubscribers ||
      asyncStart.hasSubscribers ||
      end.hasSubscribers
    )
  }

  /** Runs `call` as what `trace` is about. `done` notes what came of it; without a result, what is known of a failure. */
  async call<Result>(
    trace: Trace,
    call: () => Promise<Result>,
    done: (result: Result | undefined) => void,
  ): Promise<Result> {
    const [begun, promise] = this.#start(trace, async () => call())
    try {
      const result = await promise
      done(result)
      begun.succeed()
      return result
    } catch (error) {
      done(undefined)
      begun.fail(error)
      throw error
    }
  }

  /** Begins a trace that somebody else ends. */
  begin(trace: Trace): Begun {
    const [begun] = this.#start(trace, () => {})
    return begun
  }

  #start<Result>(trace: Trace, run: () => Result): [Begun, Result] {
    const { start, end } = this.#channels
    const began = performance.now()
    const settle = (error?: { readonly reason: unknown }): void => this.#settle(trace, began, error)
    const begun: Begun = { succeed: () => settle(), fail: (reason) => settle({ reason }) }
    const result = start.runStores(trace, () => {
      const started = run()
      end.publish(trace)
      return started
    })
    return [begun, result]
  }

  #settle(trace: Noting<Trace>, began: number, failure: { readonly reason: unknown } | undefined): void {
    const { asyncStart, asyncEnd, error } = this.#channels
    if (trace.durationMs !== undefined) return
    trace.durationMs = performance.now() - began
    if (failure !== undefined) {
      trace.error = failure.reason
      error.publish(trace)
    }
    asyncStart.publish(trace)
    asyncEnd.publish(trace)
  }
}
