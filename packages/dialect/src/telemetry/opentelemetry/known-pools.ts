import type { TracedPool } from '../traces.ts'

/** The pools that somebody has used, for as long as there is anything else that holds on to them. */
export class KnownPools implements Iterable<TracedPool> {
  readonly #known = new WeakSet<TracedPool>()
  readonly #references = new Set<WeakRef<TracedPool>>()

  add(pool: TracedPool): void {
    if (this.#known.has(pool)) return
    this.#known.add(pool)
    this.#references.add(new WeakRef(pool))
  }

  *[Symbol.iterator](): Iterator<TracedPool> {
    for (const reference of this.#references) {
      const pool = reference.deref()
      if (pool === undefined) this.#references.delete(reference)
      else yield pool
    }
  }
}
