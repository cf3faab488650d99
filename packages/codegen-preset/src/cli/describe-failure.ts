import { ConfigError } from 'kysely-pgwire'

import { GenerationError } from '../model/generation-error.ts'
import { OptionsError } from '../source/options-error.ts'
import { EXIT_CODES } from './commands.ts'

export interface Failure {
  /** What went wrong, in one line. */
  readonly line: string
  /** Where, for whoever asks for that. */
  readonly stack: string
  readonly code: number
}

/** What the program says of an error, and ends with. */
export function describeFailure(error: unknown): Failure {
  const asked = error instanceof OptionsError || error instanceof GenerationError || error instanceof ConfigError
  const { code } = asked ? EXIT_CODES.usage : EXIT_CODES.failed
  if (!(error instanceof Error)) return { line: `Error: ${String(error)}`, stack: '', code }
  const [line = ''] = error.message.split('\n', 1)
  return { line: `Error: ${line}`, stack: error.stack ?? '', code }
}
