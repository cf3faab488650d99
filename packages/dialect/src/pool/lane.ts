import type { Connection } from '../client/connection.ts'
import type { CloseReason } from '../telemetry/pool-reasons.ts'
import type { Pace } from './pace.ts'
import { SHORT_MS } from './pace.ts'
import { ServerTime } from './server-time.ts'

/**
 * Statements that share a connection at most. 100 lookups in flight on 4 connections are 25 on each; beyond that a deeper
 * queue saves nothing more.
 */
const MAX_RIDERS = 64

/** Statements on one connection up to which a write for two costs less than two writes on two connections. */
const COMPANY = 16

/** A connection of a pool, and who is on it: somebody who has borrowed it, or statements that share it. */
export class Lane {
  readonly connection: Connection
  /** Somebody has it alone, until it is given back. */
  borrowed = false
  /** Nobody gets on any more, until all have got off: somebody waits for it, or is on it behind whom nobody may be. */
  sealed = false
  /** Why it is to be closed as soon as nobody is on it; null while it is to stay. */
  leaving: CloseReason | null = null
  /** When it became idle, and when its server last gave a sign of life that counts. */
  since = 0
  heardAt = 0
  /** When it was opened. */
  readonly openedAt: number
  /** How often it was lent, and how many statements have shared it. */
  uses = 0
  /** Runs until it is too old. */
  age: NodeJS.Timeout | undefined
  readonly #keepsAlive: boolean
  #riders = 0
  /** Statements that were sent, and the last one of them that was answered. */
  #departed = 0
  #arrived = 0
  readonly #time = new ServerTime()

  /** `keepsAlive`: while somebody is on it, the process goes on. */
  constructor(connection: Connection, openedAt: number, keepsAlive: boolean) {
    this.connection = connection
    this.openedAt = openedAt
    this.#keepsAlive = keepsAlive
  }

  /** Statements that share it. */
  get riders(): number {
    return this.#riders
  }

  /** Whether there is room for one more. */
  get boardable(): boolean {
    const { connection } = this
    // Where nothing has moved for long, somebody waits for a lock.
    return !this.sealed && this.#riders < MAX_RIDERS && connection.open && this.#time.since <= SHORT_MS
  }

  /** Whether it is about to write, and not so deep that it would wait for company anyway. */
  get departing(): boolean {
    return this.#riders < COMPANY && this.connection.writing
  }

  board(pace: Pace): void {
    if (this.#riders === 0) {
      this.#time.start()
      this.#arrived = this.#departed
    }
    this.#riders++
    if (pace.kind !== 'read') this.sealed = true
  }

  /** A statement is about to be sent. Gives its place, for `alight`. */
  depart(): number {
    return ++this.#departed
  }

  /**
   * Gives how many milliseconds the server took for a statement, or null where nothing is learned of it: something else was
   * before it, or it was given up soon. One that is given up unanswered is still in the way of the others: nothing has moved.
   */
  alight(place: number, answered: boolean): number | null {
    this.#riders--
    const ms = this.#time.since
    const first = place === this.#arrived + 1
    if (answered) {
      this.#arrived = place
      this.#time.start()
    }
    return first && (answered || ms > SHORT_MS) ? ms : null
  }

  /** Begins to measure a statement of whoever has borrowed it. */
  startClock(): void {
    this.#time.start()
  }

  get clock(): number {
    return this.#time.since
  }

  ref(): void {
    if (this.#keepsAlive) this.connection.ref()
  }

  unref(): void {
    this.connection.unref()
  }
}
