import { LOOKS, Silence } from './silence.ts'

/** What is watched of a session. */
export interface WatchedSession {
  readonly dead: boolean
  /** How many exchanges were sent and are not answered. */
  readonly depth: number
  /** Whether it is for the server to say something, and we would hear it. */
  readonly owed: boolean
  /** Bytes that have come so far. */
  readonly receivedBytes: number
  destroy(cause: Error): void
}

/**
 * Asks the server on a socket of its own. Resolves with null when it answers, or when it cannot be told whether it would;
 * else with what has failed. Never rejects.
 */
export type ServerProbe = (timeoutMs: number, signal: AbortSignal) => Promise<Error | null>

/**
 * How long the server may take to answer a probe, unless `probeAfterMs` is shorter. A machine that is short of everything
 * needs seconds to start a process, and it is not dead.
 */
const PROBE_TIMEOUT_MS = 10_000

/**
 * Notices a peer that is not there any more while an answer of it is owed: a cut cable, a machine without power. TCP by
 * itself keeps sending what nobody acknowledges for a quarter of an hour, and its keepalive is silent meanwhile.
 *
 * A long query says nothing either. So after `probeAfterMs` of silence the server is asked on another socket; as long as it
 * answers there, we wait, and ask again after the same time. When it has not answered twice, the second time no earlier
 * than the first could have taken, the connection is lost.
 *
 * It costs a query nothing but a comparison for each write to the socket: one timer, armed by the first write and gone when
 * a look finds nothing in flight, looks four times in `probeAfterMs` at what the session counts anyway. No timer and no
 * probe keeps the process alive.
 *
 * It cannot see a connection of which only something in between has lost its memory: the server answers the probe.
 */
export class DeadPeerWatch {
  readonly #session: WatchedSession
  readonly #probe: ServerProbe
  readonly #probeAfterMs: number
  readonly #silence = new Silence()
  #timer: NodeJS.Timeout | null = null
  #probing: AbortController | null = null

  constructor(session: WatchedSession, probe: ServerProbe, probeAfterMs: number) {
    this.#session = session
    this.#probe = probe
    this.#probeAfterMs = probeAfterMs
  }

  /** Something was sent. */
  begin(): void {
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => this.#look(), this.#probeAfterMs / LOOKS)
    this.#timer.unref()
  }

  /** The session is over. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#probing?.abort()
  }

  #look(): void {
    const { depth, owed, receivedBytes } = this.#session
    const silent = this.#silence.lasts(owed, receivedBytes)
    if (depth === 0) this.#timer = null
    else if (silent) void this.#ask(receivedBytes)
    else this.#timer?.refresh()
  }

  async #ask(receivedBytes: number): Promise<void> {
    this.#probing = new AbortController()
    const failure = await this.#answer(this.#probing.signal)
    this.#probing = null
    const session = this.#session
    if (session.dead) return
    // What has come meanwhile counts for more than what a probe has found.
    if (failure === null || !session.owed || session.receivedBytes !== receivedBytes) {
      this.#silence.broken()
      this.#timer?.refresh()
      return
    }
    const waited = `the server has said nothing for ${this.#probeAfterMs} ms and did not answer a new connection either`
    session.destroy(new Error(`${waited}: ${failure.message}`, { cause: failure }))
  }

  async #answer(signal: AbortSignal): Promise<Error | null> {
    const timeoutMs = Math.min(this.#probeAfterMs, PROBE_TIMEOUT_MS)
    const pause = pauseOf(timeoutMs, signal)
    const failure = await this.#probe(timeoutMs, signal)
    if (failure === null || signal.aborted) return null
    await pause
    return signal.aborted ? null : this.#probe(timeoutMs, signal)
  }
}

function pauseOf(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs)
    timer.unref()
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
