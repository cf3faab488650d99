/** Where among several things of one call an error belongs; counted from 0. What does not apply is absent. */
export interface BatchPosition {
  /** Which query of a batch failed. */
  readonly queryIndex?: number
  /** Which row of `executeMany` or `copyFrom` failed. */
  readonly rowIndex?: number
  /** With `executeMany` in chunks of their own: how many rows, from the first on, are applied all the same. */
  readonly rowsApplied?: number
}

/** Notes on an error where it belongs. A message of ours names the place as well; the server's is left as it is. */
export function placeError(error: Error, position: BatchPosition): Error {
  if (!Object.isExtensible(error)) return error
  const ours = 'code' in error && typeof error.code === 'string' && error.code.startsWith('PGWIRE_')
  if (ours && position.queryIndex !== undefined) error.message += `, in query [${position.queryIndex}] of the batch`
  if (ours && position.rowIndex !== undefined) error.message += `, in row [${position.rowIndex}]`
  return Object.assign(error, position)
}

/** The place that an error of a batch, of `executeMany` or of `copyFrom` names; empty where the failure is nobody's in particular. */
export function positionOf(error: unknown): BatchPosition {
  if (!(error instanceof Error)) return {}
  const { queryIndex, rowIndex, rowsApplied } = error as BatchPosition
  return {
    ...(queryIndex === undefined ? {} : { queryIndex }),
    ...(rowIndex === undefined ? {} : { rowIndex }),
    ...(rowsApplied === undefined ? {} : { rowsApplied }),
  }
}
