/** What a comment in the database says to the generator. */
export interface Tags {
  /** The comment without them; null when nothing is left. */
  readonly comment: string | null
  /** `@type {…}`: the type of the column's values, as source text. */
  readonly type: string | undefined
  /** `@dimensions n`: how many dimensions an array's values have. A dump keeps it, other than what was declared. */
  readonly dimensions: number | undefined
}

const TYPE = /(?:^|\s)@type\s*\{/
const DIMENSIONS = /(?:^|\s)@dimensions\s+(?<count>[1-6])(?!\S)/

export function tagsOf(comment: string | null): Tags {
  if (comment === null) return { comment, type: undefined, dimensions: undefined }
  const typed = cutType(comment)
  const found = DIMENSIONS.exec(typed.rest)
  const rest = found === null ? typed.rest : cut(typed.rest, found.index, found.index + found[0].length)
  const count = found?.groups?.['count']
  const left = rest.trim()
  return {
    comment: left === '' ? null : left,
    type: typed.type,
    dimensions: count === undefined ? undefined : Number(count),
  }
}

/** The text between the tag's braces, which may hold others. Without the closing one it is no tag. */
function cutType(comment: string): { readonly rest: string; readonly type: string | undefined } {
  const found = TYPE.exec(comment)
  if (found === null) return { rest: comment, type: undefined }
  const start = found.index + found[0].length
  let depth = 1
  for (let at = start; at < comment.length; at++) {
    if (comment[at] === '{') depth++
    if (comment[at] === '}' && --depth === 0) {
      return { rest: cut(comment, found.index, at + 1), type: comment.slice(start, at).trim() }
    }
  }
  return { rest: comment, type: undefined }
}

function cut(text: string, start: number, end: number): string {
  return text.slice(0, start) + text.slice(end)
}
