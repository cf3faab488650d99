/**
 * What a statement is about, in few words that do not depend on its values, and its text without literals. It reads words
 * and does not parse: what it misses makes a summary coarser, never wrong in a way that could show a value.
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-spans/
 */

/** A summary is cut at the last whole word before it. */
const MAX_SUMMARY_LENGTH = 255

/** Longer statements are summarised by their beginning: they are mostly inserts of very many rows. */
const MAX_READ_LENGTH = 32_768

/** One token at a time, each in linear time. Where a literal or a comment may end in two ways, all that follows belongs to it. */
const TOKENS: RegExp = new RegExp(
  [
    String.raw`(?<comment>--[^\n]*|\/\*(?:[^*/]|\*(?!\/)|\/(?!\*))*(?:\*\/|\/\*[^]*|$))`,
    // Only in an escape string is a backslash sure to escape; elsewhere it depends on a setting.
    String.raw`(?<literal>[eE]'(?:[^'\\]|''|\\[^])*(?:'|\\?$)`,
    String.raw`(?:[bBxXnN]|[uU]&)?'(?:[^'\\]|''|\\(?!'))*(?:\\'[^]*|'|$)`,
    String.raw`\$(?<tag>(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?)\$[^]*?(?:\$\k<tag>\$|$)`,
    String.raw`\.?\d[\w.]*)`,
    String.raw`(?<parameter>\$\d+)`,
    String.raw`(?<word>(?:"(?:[^"]|"")*"|[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*)(?:\.(?:"(?:[^"]|"")*"|[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*))*)`,
    // A quoted name that does not end.
    String.raw`(?<broken>"[^]*)`,
    String.raw`(?<space>\s+)`,
    String.raw`(?<other>[^])`,
  ].join('|'),
  'g',
)

/** Words that name an operation wherever they stand, and are followed by what it is done to. */
const OPERATIONS: ReadonlySet<string> = new Set(['select', 'insert', 'update', 'delete', 'merge', 'copy', 'truncate'])

/** Words behind which a table stands. */
const BEFORE_TARGET: ReadonlySet<string> = new Set([
  'from',
  'into',
  'join',
  'update',
  'using',
  'copy',
  'truncate',
  'table',
])

/** Words that may stand between those and the table. */
const BETWEEN: ReadonlySet<string> = new Set([
  'only',
  'lateral',
  'if',
  'not',
  'exists',
  'table',
  'concurrently',
  'stdin',
])

/** Commands whose object is named with its kind: `CREATE TABLE users`. */
const DEFINING: ReadonlySet<string> = new Set(['create', 'alter', 'drop'])

/** Words that may stand between those and the kind. */
const BEFORE_KIND: ReadonlySet<string> = new Set(
  'or replace temp temporary global local unlogged unique materialized recursive foreign event'.split(' '),
)

/** The operations of a statement and what they are done to: `INSERT orders SELECT users`. Empty where there is nothing to say. */
export function querySummary(sql: string): string {
  const parts: string[] = []
  const named = new Set<string>()
  let expectsTarget = false
  let previous = ''
  for (const { groups = {} } of sql.slice(0, MAX_READ_LENGTH).matchAll(TOKENS)) {
    const { word, comment, space } = groups
    if (comment !== undefined || space !== undefined) continue
    if (word === undefined) {
      // A comma continues a list of tables: only its first is named. A bracket may be a query, or the head of a list.
      expectsTarget = false
      continue
    }
    const lower = word.toLowerCase()
    const defines = parts.length === 1 && DEFINING.has(previous)
    if (defines && BEFORE_KIND.has(lower)) continue
    if (isOperation(lower, previous)) {
      parts.push(lower.toUpperCase())
      named.clear()
      expectsTarget = BEFORE_TARGET.has(lower)
    } else if (defines) {
      parts.push(lower.toUpperCase())
      expectsTarget = true
    } else if (expectsTarget && !BETWEEN.has(lower)) {
      const name = unquoted(word)
      if (!named.has(name)) parts.push(name)
      named.add(name)
      expectsTarget = false
    } else if (parts.length === 0 && previous === '' && lower !== 'with') {
      // Whatever else a statement begins with is its command: CREATE, SET, BEGIN.
      parts.push(lower.toUpperCase())
    } else if (BEFORE_TARGET.has(lower) && !OPERATIONS.has(lower) && parts.length > 0) expectsTarget = true
    previous = lower
  }
  return shortened(parts.join(' '))
}

/** A name in quotes that it does not need to be told from the words around it. */
function unquoted(name: string): string {
  return name.replaceAll(/"([\w$]+)"/g, '$1')
}

/** `for update` locks, `do update` and `on update` belong to what stands before them. */
function isOperation(word: string, previous: string): boolean {
  return OPERATIONS.has(word) && previous !== 'for' && previous !== 'do' && previous !== 'on' && previous !== 'key'
}

/** A statement with each literal replaced by `?`, and without comments: for those that are not parameterized. */
export function withoutLiterals(sql: string): string {
  const parts: string[] = []
  for (const { 0: text, groups = {} } of sql.matchAll(TOKENS)) {
    if (groups['literal'] !== undefined || groups['broken'] !== undefined) parts.push('?')
    // A comment may hold anything, a statement that was switched off among it.
    else parts.push(groups['comment'] === undefined ? text : ' ')
  }
  return parts.join('').trim()
}

function shortened(summary: string): string {
  if (summary.length <= MAX_SUMMARY_LENGTH) return summary
  const cut = summary.lastIndexOf(' ', MAX_SUMMARY_LENGTH)
  return summary.slice(0, cut > 0 ? cut : MAX_SUMMARY_LENGTH).toWellFormed()
}
