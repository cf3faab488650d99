/** What was done to a session that whoever uses it next would notice. */
export class SessionChanges {
  #traces = false
  /** Settings that the server reports and that are not what they were, with what they were. */
  readonly #settings = new Map<string, string | undefined>()

  get any(): boolean {
    return this.#traces || this.#settings.size > 0
  }

  /** A statement runs that leaves something behind. */
  noteTraces(): void {
    this.#traces = true
  }

  /** A setting is another now. One that is what it was again, as behind a SET LOCAL, is no change. */
  noteSetting(name: string, before: string | undefined, now: string): void {
    if (!this.#settings.has(name)) {
      if (before !== now) this.#settings.set(name, before)
    } else if (this.#settings.get(name) === now) this.#settings.delete(name)
  }

  /** As it is now, it is to be. */
  forget(): void {
    this.#traces = false
    this.#settings.clear()
  }
}
