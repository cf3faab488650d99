import type { GeneratorOptions } from '../generator/generator-options.ts'
import type { Generator } from '../generator/generator.ts'
import type { Log } from './log.ts'
import type { Report } from './report.ts'
import type { Surroundings } from './surroundings.ts'

/** What a command has to work with. */
export interface Work {
  /** As they were given, with the command. */
  readonly argv: readonly string[]
  readonly options: GeneratorOptions
  readonly generator: Generator
  readonly pollIntervalMs: number
  readonly printTypes: boolean
  readonly log: Log
  readonly report: Report
  readonly surroundings: Surroundings
}
