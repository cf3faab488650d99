import { firstWord } from './error-outcome.ts'

/** What begins with one of these words leaves nothing in its session that outlives its transaction. */
const LEAVES_NOTHING: ReadonlySet<string> = new Set([
  'abort',
  'alter',
  'analyze',
  'begin',
  'checkpoint',
  'close',
  'cluster',
  'comment',
  'commit',
  'copy',
  'create',
  'delete',
  'drop',
  'end',
  'explain',
  'fetch',
  'grant',
  'insert',
  'lock',
  'merge',
  'move',
  'notify',
  'refresh',
  'reindex',
  'release',
  'revoke',
  'rollback',
  'savepoint',
  'select',
  'show',
  'start',
  'table',
  'truncate',
  'unlisten',
  'update',
  'vacuum',
  'values',
  'with',
])

/** What does leave something, wherever it stands: temporary tables, settings, locks of the session. In a string, it costs a reset. */
const TRACES =
  /\b(?:(?:create|replace|into)\s+(?:(?:local|global)\s+)?temp(?:orary)?\b|pg_temp|setseed\b|set_config\b|pg_(?:try_)?advisory_lock(?:_shared)?\b)/i

/** `set_config(name, value, true)` is over with the transaction. */
const LOCAL_SETTING = /\bset_config\s*\([^()]*,\s*true\s*\)/gi

const LOCAL_SET = /^\s*set\s+(?:local|transaction|constraints)\b/i
const HELD_CURSOR = /\bhold\b/i

/**
 * Whether whoever uses the session next could notice that the statement ran. Its text tells; what a function does inside, it
 * does not. What is unknown does.
 */
export function leavesTraces(sql: string): boolean {
  const word = firstWord(sql)
  if (word === 'set' && LOCAL_SET.test(sql)) return false
  if (word === 'declare') return HELD_CURSOR.test(sql)
  if (!LEAVES_NOTHING.has(word)) return true
  return TRACES.test(sql) && TRACES.test(sql.replace(LOCAL_SETTING, ''))
}

/** The same for a script, divided wherever a semicolon stands: half a string is something unknown. */
export function scriptLeavesTraces(script: string): boolean {
  return script.split(';').some((part) => part.trim() !== '' && leavesTraces(part))
}
