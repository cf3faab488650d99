/** Has checks answered by the compiler. */
import { CheckError } from '../check-error.ts'
import type { QueryFile, QueryModule } from '../query-file.ts'
import type { Diagnostic } from './diagnostics.ts'
import { type Instrumented, instrument, type Placement } from './instrument.ts'
import type { Project } from './project.ts'
import { runCompiler } from './run-compiler.ts'

export interface FileChecks {
  readonly file: QueryFile
  readonly module: QueryModule
  readonly placements: readonly Placement[]
}

/** A file that the compiler cannot parse, and what it says of it. */
export interface UnreadableFile {
  readonly file: QueryFile
  readonly text: string
}

/** Calls `answered` of each check that an error falls on. Gives the files that could not be judged. */
export async function compile(
  project: Project,
  files: readonly FileChecks[],
  declarations: string,
): Promise<UnreadableFile[]> {
  const unreadable: UnreadableFile[] = []
  let left = files.map(({ file, module, placements }) => ({
    file,
    module,
    instrumented: instrument(module.text, placements),
  }))
  while (left.length > 0) {
    const compiled = left.map(({ file, module: { extension }, instrumented: { text } }) => ({
      beside: file.path,
      extension,
      text,
    }))
    const { ofFiles, overall } = await runCompiler(project, compiled, declarations)
    const [failure] = overall
    if (failure !== undefined) throw new CheckError(`TypeScript cannot check with ${project.path}: ${failure.text}`)
    if (left.every(({ instrumented }, index) => judged(instrumented, ofFiles[index]!))) {
      for (const [index, { instrumented }] of left.entries()) {
        for (const diagnostic of ofFiles[index]!) instrumented.checkAt(diagnostic.line)?.answered(diagnostic)
      }
      return unreadable
    }
    // While one file cannot be parsed, the compiler says nothing else of any.
    const broken = left.filter((_, index) => ofFiles[index]!.some(isSyntaxError))
    if (broken.length === 0) throw new CheckError(`TypeScript has judged nothing with ${project.path}`)
    for (const each of broken) {
      const error = ofFiles[left.indexOf(each)]!.find(isSyntaxError)!
      unreadable.push({ file: each.file, text: `TypeScript cannot read the file: ${error.text}` })
    }
    left = left.filter((each) => !broken.includes(each))
  }
  return unreadable
}

function judged({ canaryLine }: Instrumented, diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ line }) => line === canaryLine)
}

function isSyntaxError({ code }: Diagnostic): boolean {
  return /^TS1\d{3}$/.test(code)
}
