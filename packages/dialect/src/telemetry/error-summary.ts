/** An error without anything that may be a value. */
export interface ErrorSummary {
  readonly name: string
  /** The SQLSTATE, or the driver's or the system's own code. */
  readonly code: string | undefined
  /** Undefined where it may quote a value. */
  readonly message: string | undefined
}

/**
 * Classes of SQLSTATEs whose messages name what is in the catalog or in the SQL, and never a value. Not among them are
 * data exceptions (22), what functions raise (P0) and whatever is unknown.
 */
const NAMING_CLASSES: ReadonlySet<string> = new Set(
  '08 0A 21 23 25 26 28 2B 2D 34 3B 3D 3F 40 42 53 54 55 57 58 F0'.split(' '),
)

/** What can be said of an error in a log that others read. */
export function errorSummary(error: unknown): ErrorSummary {
  if (!(error instanceof Error)) return { name: 'Error', code: undefined, message: undefined }
  const { name, message } = error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { name, code, message: code !== undefined && quotesNothing(error, code) ? message : undefined }
}

/** The driver's own errors never contain values. */
function quotesNothing(error: Error, code: string): boolean {
  if (code.startsWith('PGWIRE_')) return true
  return 'severityCode' in error && NAMING_CLASSES.has(code.slice(0, 2))
}
