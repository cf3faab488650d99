/** What `tsc --pretty false` prints, which is the same from TypeScript 5 to 7. */
export interface Diagnostic {
  /** As it is printed; null for what is said of no file. */
  readonly file: string | null
  /** From 1. */
  readonly line: number
  /** `TS2345` */
  readonly code: string
  /** The first line of the message. */
  readonly text: string
  /** The lines behind it, which say why. */
  readonly reasons: readonly string[]
}

/** "Expected 2 arguments, but got 1." */
export const ARGUMENTS_MISSING = 'TS2554'

/** How many arguments would have been right; undefined for any other message. */
export function argumentsWanted({ code, text }: Diagnostic): number | undefined {
  const count = code === ARGUMENTS_MISSING ? /^Expected (?<count>\d+)/.exec(text)?.groups?.['count'] : undefined
  return count === undefined ? undefined : Number(count)
}

const IN_FILE = /^(?<file>.+)\((?<line>\d+),\d+\): error (?<code>TS\d+): (?<text>.*)$/
const OVERALL = /^error (?<code>TS\d+): (?<text>.*)$/

export function parseDiagnostics(output: string): Diagnostic[] {
  const diagnostics: (Diagnostic & { readonly reasons: string[] })[] = []
  for (const line of output.split(/\r?\n/)) {
    const { file = null, line: number = '0', code, text } = (IN_FILE.exec(line) ?? OVERALL.exec(line))?.groups ?? {}
    if (code !== undefined && text !== undefined) {
      diagnostics.push({ file, line: Number(number), code, text, reasons: [] })
    } else if (line.startsWith(' ')) {
      diagnostics.at(-1)?.reasons.push(line.trim())
    }
  }
  return diagnostics
}

/** The two types of "Argument of type … is not assignable to parameter of type …"; undefined for any other message. */
export function typesOf({ text }: Diagnostic): { readonly given: string; readonly wanted: string } | undefined {
  const { given, wanted } =
    /^Argument of type '(?<given>.*)' is not assignable to parameter of type '(?<wanted>.*?)'(?:\.| with 'exactOpt.*)$/s.exec(
      text,
    )?.groups ?? {}
  return given === undefined || wanted === undefined ? undefined : { given, wanted }
}
