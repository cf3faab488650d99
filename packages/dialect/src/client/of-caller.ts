import { withCallerStack } from '../errors/caller-stack.ts'
import { noteTag } from '../errors/tag.ts'
import type { CallOptions } from './call-options.ts'

/** A failure as its caller gets it: with their stack and the tag of the call. What they have aborted with is theirs. */
export function ofCaller(error: unknown, options: CallOptions | undefined): unknown {
  const own = error !== undefined && error === options?.signal?.reason
  return own ? error : withCallerStack(noteTag(error, options?.tag))
}
