import type { CloseReason } from '../telemetry/pool-reasons.ts'
import { answers } from './answers.ts'
import type { IdleConnections } from './idle-connections.ts'
import type { Lane } from './lane.ts'
import type { PoolSettings } from './pool-options.ts'
import type { WaitingLines } from './waiting-lines.ts'

/** What there is to do with a connection that was asked whether it still answers. */
export interface CheckOutcomes {
  /** Somebody waits for it, or it is to leave. */
  wanted(lane: Lane): void
  /** It is idle again. */
  rested(): void
  /** Nobody is there. */
  silent(lane: Lane, reason: CloseReason): void
}

/** Asks idle connections of which nothing was heard for long: for somebody who waits for one, and from time to time. */
export class IdleChecks {
  readonly #idle: IdleConnections<Lane>
  readonly #lines: WaitingLines
  readonly #settings: PoolSettings
  readonly #outcomes: CheckOutcomes
  #promised = 0
  #timer: NodeJS.Timeout | undefined

  constructor(idle: IdleConnections<Lane>, lines: WaitingLines, settings: PoolSettings, outcomes: CheckOutcomes) {
    this.#idle = idle
    this.#lines = lines
    this.#settings = settings
    this.#outcomes = outcomes
  }

  /** Connections that are being asked, and are likely to answer: whoever waits may count on them. */
  get promised(): number {
    return this.#promised
  }

  /** Begins to ask from time to time, if the options say so. */
  start(): void {
    const { checkIdleEveryMs: everyMs } = this.#settings
    if (everyMs === 0 || this.#timer !== undefined) return
    this.#timer = setInterval(() => this.#askAll(everyMs, true), everyMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Whoever waits although there are idle ones waits for one of those: they have to be asked first. */
  askForWaiting(connecting: number): void {
    while (this.#lines.length > connecting + this.#promised) {
      const lane = this.#idle.take()
      if (lane === null) return
      void this.#ask(lane, true)
    }
  }

  #askAll(unheardMs: number, likely: boolean): void {
    const limit = performance.now() - unheardMs
    for (const lane of this.#idle.takeAll(({ heardAt }) => heardAt <= limit)) void this.#ask(lane, likely)
  }

  async #ask(lane: Lane, likely: boolean): Promise<void> {
    const promised = likely ? 1 : 0
    this.#promised += promised
    const answered = await answers(lane.connection)
    this.#promised -= promised
    if (!answered || lane.connection.closed) {
      // Where one does not answer, nobody waits for the others.
      this.#askAll(this.#settings.checkAfterIdleMs, false)
      this.#outcomes.silent(lane, lane.connection.closed ? 'lost' : 'unanswered')
      return
    }
    lane.heardAt = performance.now()
    if (this.#lines.length > 0 || lane.leaving !== null) this.#outcomes.wanted(lane)
    else {
      this.#idle.restore(lane)
      this.#outcomes.rested()
    }
  }
}
