/** A statement of many rows can have megabytes. */
const LONGEST = 2_000

/** The beginning of a statement, with an ellipsis where there is more. */
export function shortenedSql(sql: string): string {
  if (sql.length <= LONGEST) return sql
  const split = (sql.codePointAt(LONGEST - 1) ?? 0) > 0xffff
  return `${sql.slice(0, split ? LONGEST - 1 : LONGEST)}…`
}
