import { LOG_LEVELS } from './flags.ts'

export type LogLevel = (typeof LOG_LEVELS)[number]

/** Where the program writes. */
export interface Output {
  /** What was asked for: a printed file, the help. */
  readonly out: (text: string) => void
  /** What is said about it. */
  readonly err: (text: string) => void
}

/** Says a line where the level is no lower than its own. */
export class Log {
  readonly #rank: number
  readonly #output: Output

  constructor(level: LogLevel, output: Output) {
    this.#rank = LOG_LEVELS.indexOf(level)
    this.#output = output
  }

  error(line: string): void {
    this.#say('error', line)
  }

  warn(line: string): void {
    this.#say('warn', line)
  }

  info(line: string): void {
    this.#say('info', line)
  }

  debug(line: string): void {
    this.#say('debug', line)
  }

  #say(level: LogLevel, line: string): void {
    if (LOG_LEVELS.indexOf(level) <= this.#rank) this.#output.err(`${line}\n`)
  }
}
