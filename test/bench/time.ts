/** A duration with about three digits, in the unit that suits it. */
export function writeTime(us: number): string {
  if (us >= 9_995) return `${(us / 1000).toFixed(1)} ms`
  if (us >= 999.5) return `${(us / 1000).toFixed(2)} ms`
  if (us >= 99.95) return `${us.toFixed(0)} µs`
  if (us >= 0.995) return `${us.toFixed(1)} µs`
  return `${us.toFixed(us < 0.0995 ? 3 : 2)} µs`
}
