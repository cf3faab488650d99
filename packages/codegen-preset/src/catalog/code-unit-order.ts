/** Compares strings by code units: the same on every machine, whatever its locale. */
export function codeUnitOrder(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** A copy in the order of what `keys` gives for each, compared one after the other. */
export function sortedBy<Item>(items: readonly Item[], keys: (item: Item) => readonly string[]): Item[] {
  const keyed = items.map((item) => ({ item, own: keys(item) }))
  return keyed.sort((left, right) => compareAll(left.own, right.own)).map(({ item }) => item)
}

function compareAll(left: readonly string[], right: readonly string[]): number {
  for (const [index, key] of left.entries()) {
    const other = right[index]
    if (other === undefined) break
    const order = codeUnitOrder(key, other)
    if (order !== 0) return order
  }
  return left.length - right.length
}
