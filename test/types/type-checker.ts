/** Has the compiler read files that a test writes, in a folder of their own. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface TypeChecker extends AsyncDisposable {
  /** Writes a file that the next `check` reads, too. */
  readonly write: (name: string, text: string) => Promise<void>
  /** Gives what the compiler has to say. */
  readonly check: () => Promise<string>
}

export async function openTypeChecker(): Promise<TypeChecker> {
  // Where the packages are found that the types name.
  const folder = await mkdtemp(join(import.meta.dirname, '../node_modules/type-text-'))
  return {
    write: (name, text) => writeFile(join(folder, name), text),
    check: () => checked(folder),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

async function checked(folder: string): Promise<string> {
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable', 'esnext.temporal'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: ['node'],
    typeRoots: [join(import.meta.dirname, '../../node_modules/@types')],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const compiler = join(import.meta.dirname, '../../node_modules/.bin/tsc')
  return run(compiler, ['-p', folder]).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error as { readonly stdout: string }).stdout,
  )
}
