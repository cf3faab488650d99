import { COMMANDS, EXIT_CODES } from './commands.ts'
import { FLAGS, spelling } from './flags.ts'

/** What `--help` prints. */
export function helpText(): string {
  const exits = Object.values(EXIT_CODES).map(({ code, doc }) => [String(code), doc] as const)
  return [
    'kysely-pgwire-codegen [command] [flags]',
    '',
    'Commands:',
    ...aligned(Object.entries(COMMANDS)),
    '',
    'Flags:',
    ...aligned(FLAGS.map((flag) => [spelling(flag), flag.doc])),
    '',
    'Exit codes:',
    ...aligned(exits),
    '',
  ].join('\n')
}

/** As a table of Markdown. */
export function exitCodesTable(): string {
  const rows = Object.values(EXIT_CODES).map(({ code, doc }) => `| ${code} | ${doc} |`)
  return ['| exit code | |', '|---|---|', ...rows].join('\n')
}

/** As a table of Markdown. */
export function commandsTable(): string {
  const rows = Object.entries(COMMANDS).map(([name, doc]) => `| \`${name}\` | ${doc} |`)
  return ['| command | |', '|---|---|', ...rows].join('\n')
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right.replaceAll('`', '')}`)
}
