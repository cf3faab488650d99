/**
 * Runs one statement and gives its rows. Where several statements belong together, in a transaction or around a prepared
 * statement, they are all run on one connection.
 */
export type QueryRunner = (sql: string, parameters: readonly unknown[]) => Promise<readonly QueryRow[]>

export type QueryRow = Readonly<Record<string, unknown>>

/** A number that was selected as text, which is the same for every driver. */
export function numberIn(row: QueryRow, column: string): number {
  const value = Number(row[column])
  if (!Number.isSafeInteger(value)) throw new TypeError(`The catalog has no number in ${column}`)
  return value
}

export function textIn(row: QueryRow, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`The catalog has no text in ${column}`)
  return value
}
