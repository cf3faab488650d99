/** The tag of the call that failed with an error of the driver or of the server; undefined where it had none. */
export function tagOf(error: unknown): string | undefined {
  const tag = error instanceof Error && 'tag' in error ? error.tag : undefined
  return typeof tag === 'string' ? tag : undefined
}

/** Notes the tag of a call on its error. What the caller's own code has thrown is left as it is. */
export function noteTag(error: unknown, tag: string | undefined): unknown {
  if (tag === undefined || !(error instanceof Error) || !('outcome' in error) || !Object.isExtensible(error))
    return error
  return Object.assign(error, { tag })
}
