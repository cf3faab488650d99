import { firstWord } from './error-outcome.ts'
import type { Statement } from './statement.ts'

/** COPY takes what stands behind it for its data, and the server ends the connection over that. */
export function isCopy({ sql, columns, parameterOids }: Statement): boolean {
  return columns.length === 0 && parameterOids.length === 0 && firstWord(sql) === 'copy'
}
