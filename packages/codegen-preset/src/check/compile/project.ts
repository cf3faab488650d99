/** A `tsconfig.json` with the compiler that is installed where it stands. */
import { execFile } from 'node:child_process'
import { access, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

import { CheckError } from '../check-error.ts'

/** More than this no compiler has to say. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024

export class Project {
  readonly path: string
  /** Files of the project that declare what every other one can see. */
  readonly declarationFiles: readonly string[]
  readonly #compiler: string

  private constructor(path: string, compiler: string, declarationFiles: readonly string[]) {
    this.path = path
    this.#compiler = compiler
    this.declarationFiles = declarationFiles
  }

  static async open(path: string): Promise<Project> {
    const compiler = await compilerFor(path)
    const output = await run(compiler, ['-p', path, '--showConfig'])
    try {
      const { files = [] } = JSON.parse(output) as { readonly files?: readonly string[] }
      const declaring = files.filter((file) => /\.d\.[cm]?ts$/.test(file))
      return new Project(
        path,
        compiler,
        declaring.map((file) => resolve(dirname(path), file)),
      )
    } catch (error) {
      throw new CheckError(`TypeScript cannot read ${path}: ${output.trim()}`, { cause: error })
    }
  }

  /** What the compiler prints. */
  tsc(given: readonly string[]): Promise<string> {
    return run(this.#compiler, given)
  }
}

/** The `tsconfig.json` that a file belongs to: the nearest one above it. */
export async function projectPathOf(file: string): Promise<string> {
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    const path = join(folder, 'tsconfig.json')
    if (await exists(path)) return path
    if (folder === dirname(folder))
      throw new CheckError(`No tsconfig.json is above ${file}: say which one, with checkProject or --check-project`)
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function compilerFor(project: string): Promise<string> {
  try {
    const manifest = createRequire(project).resolve('typescript/package.json')
    const { bin } = JSON.parse(await readFile(manifest, 'utf8')) as { readonly bin?: { readonly tsc?: string } }
    return join(dirname(manifest), bin?.tsc ?? 'bin/tsc')
  } catch (error) {
    throw new CheckError(`TypeScript is not installed where ${project} is`, { cause: error })
  }
}

function run(compiler: string, given: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    execFile(process.execPath, [compiler, ...given], { maxBuffer: MAX_OUTPUT_BYTES }, (error, output, errors) => {
      // With errors in the files it ends with 1 or 2.
      if (error === null || typeof error.code === 'number') done(output === '' ? errors : output)
      else failed(new CheckError(`TypeScript could not be run: ${error.message}`, { cause: error }))
    })
  })
}
