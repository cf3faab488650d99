import { MAX_TIMER_MS } from '../config/option-checks.ts'

/** A time limit as a timer takes it. Longer ones, and none, become the longest; what is no time at all ends at once. */
export function timerDelay(timeoutMs: number): number {
  return timeoutMs > 0 ? Math.min(timeoutMs, MAX_TIMER_MS) : 0
}
