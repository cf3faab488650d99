const MAX_CHARACTERS = 1_000_000
const APPEARS_WITHIN_MS = 30_000

interface Watcher {
  readonly from: number
  readonly pattern: RegExp
  readonly resolve: (line: string) => void
}

export interface LogWaitOptions {
  /** A `position`: only lines behind it count. By default those that are still to come. */
  readonly from?: number
  readonly signal?: AbortSignal
}

/** What a server wrote to its log: the last million characters, and promises for lines to come. */
export class ServerLog {
  #text = ''
  /** Characters dropped from the front of `#text`. */
  #dropped = 0
  readonly #watchers = new Set<Watcher>()

  get text(): string {
    return this.#text
  }

  /** A mark for `since` and `waitFor`: what is written from now on lies behind it. */
  get position(): number {
    return this.#dropped + this.#text.length
  }

  since(position: number): string {
    return this.#text.slice(Math.max(0, position - this.#dropped))
  }

  append(chunk: string): void {
    this.#text += chunk
    const excess = this.#text.length - MAX_CHARACTERS
    if (excess > 0) {
      this.#text = this.#text.slice(excess)
      this.#dropped += excess
    }
    for (const watcher of this.#watchers) this.#settle(watcher)
  }

  /** Resolves with the first whole line that matches; rejects when none appears within 30 seconds. */
  waitFor(pattern: RegExp, { from = this.position, signal }: LogWaitOptions = {}): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const watcher: Watcher = { from, pattern, resolve }
    const giveUp = () => {
      reject(new Error(`The server's log did not show ${pattern}; it ends with:\n${this.#text.slice(-2000)}`))
    }
    const timer = setTimeout(giveUp, APPEARS_WITHIN_MS)
    signal?.addEventListener('abort', giveUp)
    this.#watchers.add(watcher)
    this.#settle(watcher)
    return promise.finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
      this.#watchers.delete(watcher)
    })
  }

  #settle({ from, pattern, resolve }: Watcher): void {
    const lines = this.since(from).split('\n').slice(0, -1)
    const line = lines.find((candidate) => pattern.test(candidate))
    if (line !== undefined) resolve(line)
  }
}
