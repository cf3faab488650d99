import type { Position } from './positions.ts'
import type { StatementTypes } from './statement-types.ts'

/** Something that is said of a place in a file. */
export interface Finding extends Position {
  readonly file: string
  readonly text: string
}

export interface CheckResult {
  /** Where a file and the server disagree. */
  readonly findings: readonly Finding[]
  /** What could not be compared, and why. */
  readonly unchecked: readonly Finding[]
  /** What the server says of each statement in files of SQL. */
  readonly statements: readonly StatementTypes[]
  /** How many files were read, how many queries they have, and how many of those were compared as a whole. */
  readonly files: number
  readonly queries: number
  readonly checked: number
}

/** In the order of files and places. */
export function sortedFindings<Placed extends Position & { readonly file: string }>(
  findings: readonly Placed[],
): Placed[] {
  return findings.toSorted((left, right) => {
    if (left.file !== right.file) return left.file < right.file ? -1 : 1
    return left.line - right.line || left.column - right.column
  })
}
