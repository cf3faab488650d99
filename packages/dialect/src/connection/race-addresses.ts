/** Which of a name's addresses answers first, as RFC 8305 has it ("happy eyeballs"). */
import { ConnectionError } from '../errors/connection-error.ts'
import type { ConnectBudget } from './connect-budget.ts'

/**
 * How long an address has the field to itself before the next one is connected to as well: RFC 8305's recommendation. Nearly
 * all that can be reached answers sooner, and a network that swallows packets, as IPv6 without a route does, costs no more.
 */
export const HEAD_START_MS = 250

/** A TCP connection to one address that is being made. */
export interface Contender {
  /** Resolves once the connection is there. Rejects with a `ConnectionError` when it cannot be had or was given up. */
  reach(): Promise<void>
  /** Gives up because the time for connecting is over. */
  timeOut(timeLimitMs: number): void
  /** Gives up because nobody wants the connection any more; also one that is there already. */
  giveUp(): void
}

export interface RaceResult<Runner> {
  /** Undefined when nobody can be reached. */
  readonly winner: Runner | undefined
  /** Those that cannot be reached, in the order in which it was found out. Who is in neither place was not waited for. */
  readonly failures: ReadonlyMap<Runner, ConnectionError>
}

interface Finish<Runner> {
  readonly runner: Runner
  readonly failure: Error | undefined
}

/**
 * Connects to one address after the other, each a head start later than the one before, or as soon as that has failed. The
 * first connection wins. All others are given up by then, even one that was made in the same moment.
 */
export async function raceAddresses<Runner extends Contender>(
  entrants: readonly (() => Runner)[],
  budget: ConnectBudget,
  signal: AbortSignal | undefined,
): Promise<RaceResult<Runner>> {
  const waiting = [...entrants]
  const running = new Map<Runner, Promise<Finish<Runner>>>()
  const failures = new Map<Runner, ConnectionError>()
  const stop = (how: (runner: Runner) => void): void => {
    waiting.length = 0
    for (const runner of running.keys()) how(runner)
  }
  const giveUp = (): void => stop((runner) => runner.giveUp())
  const late = (): void => stop((runner) => runner.timeOut(Math.round(budget.totalMs)))
  const timer = budget.totalMs === 0 ? undefined : setTimeout(late, budget.leftMs())
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    for (;;) {
      const runner = waiting.shift()?.()
      if (runner !== undefined) running.set(runner, finish(runner))
      if (running.size === 0) return { winner: undefined, failures }
      const first = await firstOf(running.values(), waiting.length > 0)
      if (first === undefined) continue
      running.delete(first.runner)
      if (first.failure === undefined) return { winner: first.runner, failures }
      if (!(first.failure instanceof ConnectionError)) throw first.failure
      failures.set(first.runner, first.failure)
    }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
    giveUp()
  }
}

function finish<Runner extends Contender>(runner: Runner): Promise<Finish<Runner>> {
  return runner.reach().then(
    () => ({ runner, failure: undefined }),
    (failure: Error) => ({ runner, failure }),
  )
}

/** Undefined when somebody else waits for the head start to be over, and it is. */
async function firstOf<Result>(running: Iterable<Promise<Result>>, othersWait: boolean): Promise<Result | undefined> {
  if (!othersWait) return Promise.race(running)
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, HEAD_START_MS, undefined)
  })
  try {
    return await Promise.race([...running, over])
  } finally {
    clearTimeout(timer)
  }
}
