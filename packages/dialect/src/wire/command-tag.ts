import type { FrameReader } from './frame-reader.ts'

/** What CommandComplete says of a statement. */
export interface CommandTag {
  /** The command as PostgreSQL names it: `SELECT`, `INSERT`, `CREATE TABLE`. */
  readonly command: string
  /** Rows selected, changed or copied; null for commands that count none. */
  readonly rowCount: number | null
}

/** CommandComplete. */
export function readCommandTag(reader: FrameReader): CommandTag {
  const tag = parseCommandTag(reader.cstring())
  reader.done()
  return tag
}

/** Splits a tag: `INSERT 0 5` is INSERT and 5, `CREATE TABLE` counts nothing. */
export function parseCommandTag(tag: string): CommandTag {
  const space = tag.lastIndexOf(' ')
  const rowCount = parseCount(tag, space + 1)
  if (space === -1 || rowCount === null) return { command: tag, rowCount: null }
  // INSERT counts behind the OID of the row, which has been 0 for a long time.
  const end = tag.endsWith(' 0', space) ? space - 2 : space
  return { command: tag.slice(0, end), rowCount }
}

/** The digits from `start` to the end as a number; by hand, as this happens for every query. */
function parseCount(tag: string, start: number): number | null {
  if (start === tag.length) return null
  let count = 0
  for (let index = start; index < tag.length; index++) {
    const digit = tag.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9) return null
    count = count * 10 + digit
  }
  return count
}
