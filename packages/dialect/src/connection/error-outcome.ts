import type { Outcome } from '../errors/outcome.ts'
import type { PostgresError } from '../errors/postgres-error.ts'

/** What begins with one of these words commits nothing by itself: the server aborts it when it ends the session. */
const COMMIT_AT_THEIR_SYNC: ReadonlySet<string> = new Set([
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'with',
  'values',
  'table',
])

/** Commands that can have committed part of their work when they fail. */
const COMMIT_ON_THEIR_WAY: ReadonlySet<string> = new Set(['call', 'do', 'vacuum', 'cluster', 'reindex'])
const CONCURRENTLY = /\bconcurrently\b/i
const COMMITS_WITHIN = /\b(?:commit|end|prepare|call|do|vacuum|cluster|reindex|concurrently)\b/i

/** White space and comments in front of the first word. Nested comments are rare enough to be taken for unknown words. */
const FIRST_WORD = /^(?:\s|\(|--[^\n]*(?:\n|$)|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*([a-z]+)/i

/** The word that a statement begins with, in lower case; empty where none is found. */
export function firstWord(sql: string): string {
  return FIRST_WORD.exec(sql)?.[1]?.toLowerCase() ?? ''
}

/**
 * What is known of a statement that the server refused. An ordinary one has no effect, but a procedure may have committed
 * on its way. With a fatal error the session is gone: a COMMIT may be durable all the same, and behind CommandComplete
 * (`complete`) nobody knows.
 */
export function statementOutcome(error: PostgresError, sql: string, complete: boolean): Outcome {
  const word = firstWord(sql)
  if (error.fatal) return !complete && COMMIT_AT_THEIR_SYNC.has(word) ? 'rolled-back' : 'unknown'
  return COMMIT_ON_THEIR_WAY.has(word) || CONCURRENTLY.test(sql) ? 'unknown' : 'rolled-back'
}

/** What PgBouncer says when it has found no connection of the server in time: nobody else has seen the statement. */
const NEVER_PASSED_ON: ReadonlySet<string> = new Set(['query_wait_timeout'])

/**
 * Whether a fatal error comes from a pooler, which may have lost the server behind a commit: what it says tells nothing of the
 * statement. PostgreSQL names the routine that each of its errors comes from.
 */
export function fromBetween({ fatal, routine, message }: PostgresError): boolean {
  return fatal && routine === undefined && !NEVER_PASSED_ON.has(message)
}

/** Statements of transactions themselves: behind one, what was sent together does not belong together any more. */
const DIVIDING: ReadonlySet<string> = new Set([
  'abort',
  'begin',
  'commit',
  'end',
  'prepare',
  'release',
  'rollback',
  'savepoint',
  'start',
])

/**
 * What is known of several statements under one Sync when the server has refused one of them, or their Sync (`complete`):
 * they have no effect, unless one of them may have committed.
 */
export function batchOutcome(error: PostgresError, sqls: Iterable<string>, complete: boolean): Outcome {
  for (const sql of sqls) {
    if (DIVIDING.has(firstWord(sql)) || statementOutcome(error, sql, complete) !== 'rolled-back') return 'unknown'
  }
  return 'rolled-back'
}

/** The same for a script, which is one transaction unless it says otherwise anywhere. */
export function scriptOutcome(script: string): Outcome {
  return COMMITS_WITHIN.test(script) ? 'unknown' : 'rolled-back'
}
