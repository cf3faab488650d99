/** What the TypeScript compiler says of files that are written for a test. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Diagnostic {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** `TS2322` and the like. */
  readonly code: string
  readonly message: string
}

/** A folder where the files' imports are found as an application's would be; removed at the end of an `await using` block. */
export interface CompiledFolder extends AsyncDisposable {
  readonly path: string
  write(name: string, text: string): Promise<void>
  /** Runs the compiler once over all files. */
  diagnostics(): Promise<Diagnostic[]>
  /** The same with what it has counted: `Instantiations`, `Types` and the like. */
  counted(): Promise<{ readonly diagnostics: Diagnostic[]; readonly counts: ReadonlyMap<string, number> }>
}

const root = join(import.meta.dirname, '../../..')
const compiler = join(root, 'node_modules/.bin/tsc')

/** A whole run over a matrix of types may have a lot to say. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024

const compilerOptions = {
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable', 'esnext.temporal'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
}

/** `paths`: where modules are that are not to be found as usual. `stricter`: further options of the compiler. */
export async function compiledFolder(
  paths?: Readonly<Record<string, readonly string[]>>,
  stricter: Readonly<Record<string, boolean>> = {},
): Promise<CompiledFolder> {
  const path = await mkdtemp(join(root, 'test/node_modules/codegen-'))
  const counted: CompiledFolder['counted'] = async () => {
    await writeFile(
      join(path, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, ...stricter, paths }, include: ['*.ts'] }),
    )
    const output = await outputOf(['--pretty', 'false', '--extendedDiagnostics', '-p', path])
    return { diagnostics: diagnosticsIn(output), counts: countsIn(output) }
  }
  return {
    path,
    write: (name, text) => writeFile(join(path, name), text),
    diagnostics: async () => (await counted()).diagnostics,
    counted,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

/** Errors of the files are an exit code; a compiler that cannot run is an error of the test. */
function outputOf(options: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(compiler, options, { maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout) => {
      if (error !== null && typeof error.code !== 'number') reject(error)
      else resolve(stdout)
    })
  })
}

const DIAGNOSTIC = /^(?<file>[^\s(][^(]*)\((?<line>\d+),\d+\): error (?<code>TS\d+): (?<message>.*)$/

/** An error without a file, of the options say, is one of the file ''. */
function diagnosticsIn(output: string): Diagnostic[] {
  return output.split('\n').flatMap((text) => {
    const global = /^error (?<code>TS\d+): (?<message>.*)$/.exec(text)?.groups
    if (global !== undefined) return [{ file: '', line: 0, code: global['code']!, message: global['message']! }]
    const found = DIAGNOSTIC.exec(text)?.groups
    if (found === undefined) return []
    const { file, line, code, message } = found as Record<'code' | 'file' | 'line' | 'message', string>
    return [{ file: file.split('/').at(-1)!, line: Number(line), code, message }]
  })
}

function countsIn(output: string): Map<string, number> {
  return new Map(
    [...output.matchAll(/^(?<name>[A-Z][A-Za-z ]+): +(?<count>\d+)$/gm)].map(({ groups }) => [
      groups!['name']!,
      Number(groups!['count']),
    ]),
  )
}
