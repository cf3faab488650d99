import { withCallerStack } from '../errors/caller-stack.ts'

/**
 * Where a call comes from. Kysely races abortable calls against their signal, and behind a race V8 knows no callers: they
 * have to be asked for before it. That costs some microseconds, which calls without a signal do not pay.
 */
export function callSite(): Error {
  return withCallerStack(new Error()) as Error
}

/** Gives an error the stack of a call site. */
export function placedAt(site: Error, error: unknown): unknown {
  if (!(error instanceof Error) || !Object.isExtensible(error)) return error
  const frames = site.stack?.split('\n').slice(1) ?? []
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n')
  return error
}
