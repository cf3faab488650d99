/**
 * What is known of the effect of a statement that failed.
 *
 * - `not-sent`: no byte of it reached the socket; sending it again cannot repeat an effect.
 * - `rolled-back`: the server said that it has no effect.
 * - `unknown`: it was sent, and the answer was lost.
 * - `applied`: it took effect, although the call failed (for instance a row could not be decoded).
 */
export type Outcome = 'not-sent' | 'rolled-back' | 'unknown' | 'applied'
