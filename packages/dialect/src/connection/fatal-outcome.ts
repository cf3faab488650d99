import type { Outcome } from '../errors/outcome.ts'

/** What begins with one of these words commits nothing by itself: the server aborts it when it ends the session. */
const COMMITS_AT_ITS_SYNC = /^\s*(?:select|insert|update|delete|merge|with|values|table)\b/i

/**
 * What is known of a statement when the server ends the session with an error. A COMMIT may be durable all the same, a
 * procedure may have committed on its way, and behind CommandComplete nobody knows.
 */
export function fatalOutcome(sql: string, complete: boolean): Outcome {
  return !complete && COMMITS_AT_ITS_SYNC.test(sql) ? 'rolled-back' : 'unknown'
}
