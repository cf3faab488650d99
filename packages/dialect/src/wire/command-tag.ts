import type { FrameReader } from './frame-reader.ts'

/** What CommandComplete says of a statement. */
export interface CommandTag {
  /** The command as PostgreSQL names it: `SELECT`, `INSERT`, `CREATE TABLE`. */
  readonly command: string
  /** Rows selected, changed or copied; null for commands that count none. */
  readonly rowCount: number | null
}

const COUNTED = /^(.*?)(?: 0)? (\d+)$/

/** CommandComplete. */
export function readCommandTag(reader: FrameReader): CommandTag {
  const tag = parseCommandTag(reader.cstring())
  reader.done()
  return tag
}

/** Splits a tag: `INSERT 0 5` is INSERT and 5, `CREATE TABLE` counts nothing. */
export function parseCommandTag(tag: string): CommandTag {
  const match = COUNTED.exec(tag)
  return match === null ? { command: tag, rowCount: null } : { command: match[1] ?? '', rowCount: Number(match[2]) }
}
