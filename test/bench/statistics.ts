/** What is made of repeated figures. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[upper] ?? 0) : ((sorted[upper - 1] ?? 0) + (sorted[upper] ?? 0)) / 2
}

/** The median of what `a` has more than `b` in the same round: a slow minute, which hits both, is not in it. */
export function medianDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return median(a) - median(b)
  return median(a.map((value, round) => value - (b[round] ?? 0)))
}

/** The smallest value that at least `share` of all are not above. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}
