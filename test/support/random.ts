/** Numbers that look random and are the same for the same seed. */
export interface Random {
  readonly seed: number
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number
  pick<Item>(items: readonly [Item, ...Item[]]): Item
}

/** The seed comes from `TEST_SEED`, or from the clock; a test that fails has to print it. */
export function seededRandom(seed: number = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000_007)): Random {
  let state = seed >>> 0
  // Mulberry32.
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return { seed, between, pick: (items) => items[between(0, items.length - 1)] ?? items[0] }
}
