/** Called with what goes wrong where no caller can be told. */
export type ErrorCallback = (error: unknown) => unknown

/**
 * Tells `onError`. Without one, or should it throw itself, the process gets a warning: nothing is lost in silence, and
 * nothing that one callback does ends the process or keeps the others from being called.
 */
export function reportError(failure: unknown, onError: ErrorCallback | undefined): void {
  if (onError === undefined) warn(failure)
  else tell(failure, onError).catch(warn)
}

async function tell(failure: unknown, onError: ErrorCallback): Promise<void> {
  await onError(failure)
}

function warn(failure: unknown): void {
  process.emitWarning(failure instanceof Error ? failure : `A callback of a listener has thrown: ${typeof failure}`)
}
