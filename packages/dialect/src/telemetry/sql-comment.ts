/**
 * A statement with a comment behind it, in the format of sqlcommenter. One that has a comment, or what looks like one, is
 * left as it is, as the format demands: behind `--` it would be swallowed.
 * @see https://google.github.io/sqlcommenter/spec/
 */
export function withComment(sql: string, pairs: Readonly<Record<string, string>>): string {
  if (sql.includes('--') || sql.includes('/*')) return sql
  const serialised = Object.entries(pairs)
    .filter(([, value]) => typeof value === 'string')
    .map(([key, value]) => `${encoded(key)}='${encoded(value)}'`)
    .toSorted()
  return serialised.length === 0 ? sql : `${sql} /*${serialised.join(',')}*/`
}

/** Without a quote, a slash or anything else that could end a value or the comment. */
function encoded(text: string): string {
  const character = (one: string): string => `%${one.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*]/g, character)
}
