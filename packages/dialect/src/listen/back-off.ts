const FIRST_DELAY_MS = 100

/**
 * How long to wait before an attempt, counted from 0: anything up to a limit that doubles each time. The whole delay is
 * left to chance, so that those who were cut off together do not all come back together.
 */
export function backOffDelay(attempt: number, maxDelayMs: number, random: () => number = Math.random): number {
  return random() * Math.min(maxDelayMs, FIRST_DELAY_MS * 2 ** attempt)
}
