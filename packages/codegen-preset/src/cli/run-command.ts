import { type CommandName, EXIT_CODES } from './commands.ts'
import { watch } from './watch.ts'
import type { Work } from './work.ts'

/** Each command, to its exit code. */
const RUN: Readonly<Record<CommandName, (work: Work) => Promise<number>>> = {
  generate: async ({ generator, report }) => {
    report.generated(await generator.generate())
    return EXIT_CODES.ok.code
  },
  verify: async ({ generator, report }) => {
    const result = await generator.verify()
    report.verified(result)
    return result.upToDate ? EXIT_CODES.ok.code : EXIT_CODES.differs.code
  },
  watch: async (work) => {
    await watch(work)
    return EXIT_CODES.ok.code
  },
  audit: async ({ generator, report }) => {
    const result = await generator.audit()
    report.audited(result)
    return result.passed ? EXIT_CODES.ok.code : EXIT_CODES.differs.code
  },
  check: async ({ generator, report, surroundings, printTypes }) =>
    report.checked(await generator.check(surroundings.cwd), { printTypes }),
  print: async ({ generator, report }) => {
    report.printed(await generator.text())
    return EXIT_CODES.ok.code
  },
}

export function runCommand(command: CommandName, work: Work): Promise<number> {
  return RUN[command](work)
}
