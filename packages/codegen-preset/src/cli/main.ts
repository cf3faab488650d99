/** The program: from arguments to an exit code. It writes through its surroundings alone, and leaves the process to its caller. */
import { createGenerator } from '../generator/generator.ts'
import { EXIT_CODES } from './commands.ts'
import { describeFailure } from './describe-failure.ts'
import { generatorOptionsOf } from './generator-options-of.ts'
import { helpText } from './help.ts'
import { loadConfig, withPathsFrom } from './load-config.ts'
import { Log, type LogLevel } from './log.ts'
import { parseArguments } from './parse-arguments.ts'
import { Report } from './report.ts'
import { runCommand } from './run-command.ts'
import type { Surroundings } from './surroundings.ts'

/** Runs what the arguments ask for. Never rejects: what goes wrong is a line, and an exit code of `EXIT_CODES`. */
export async function main(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  let level: LogLevel = 'info'
  try {
    const { command, help, configFile, options: flags } = parseArguments(argv)
    if (help) {
      surroundings.out(helpText())
      return EXIT_CODES.ok.code
    }
    level = flags.logLevel ?? level
    const { file, config } = await loadConfig(surroundings.cwd, configFile)
    level = flags.logLevel ?? config.logLevel ?? level
    const log = new Log(level, surroundings)
    log.debug(`Configuration: ${file ?? 'none'}`)
    try {
      const options = generatorOptionsOf(withPathsFrom(surroundings.cwd, flags), config)
      const { pollIntervalMs = 1000, printTypes = false } = { ...config, ...flags }
      const report = new Report(log, surroundings)
      const generator = createGenerator(options)
      const work = { argv, options, generator, pollIntervalMs, printTypes, log, report, surroundings }
      return await runCommand(command, work)
    } finally {
      await config.db?.destroy()
    }
  } catch (error) {
    const { line, stack, code } = describeFailure(error)
    const log = new Log(level, surroundings)
    log.error(line)
    log.debug(stack)
    return code
  }
}
