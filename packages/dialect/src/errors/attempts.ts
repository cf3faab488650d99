/** How often what failed with the error has been tried; 1 for an error that says nothing of it. */
export function attemptsOf(error: unknown): number {
  const attempts = error instanceof Error && 'attempts' in error ? error.attempts : undefined
  return typeof attempts === 'number' ? attempts : 1
}

/** Notes on an error how often it was tried. */
export function noteAttempts(error: unknown, attempts: number): unknown {
  return error instanceof Error && Object.isExtensible(error) ? Object.assign(error, { attempts }) : error
}
