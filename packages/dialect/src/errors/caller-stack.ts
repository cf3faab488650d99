/** Kysely's own frames alone come close to V8's default of 10. */
const FRAMES = 40

/**
 * Gives an error that was born in a socket callback the stack of whoever awaits it. To be called in the `catch` of an
 * async function: there V8 knows the awaiting callers, so that success pays nothing.
 */
export function withCallerStack(error: unknown): unknown {
  if (!(error instanceof Error) || !Object.isExtensible(error)) return error
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = Math.max(limit, FRAMES)
  Error.captureStackTrace(error, withCallerStack)
  Error.stackTraceLimit = limit
  return error
}
