import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const BIN = resolve(import.meta.dirname, '../../packages/codegen-preset/src/bin.ts')

/** A folder with files, which is removed at the end of its block. */
export class Folder implements AsyncDisposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async with(files: Readonly<Record<string, string>>, where = tmpdir()): Promise<Folder> {
    const folder = new Folder(await realpath(await mkdtemp(join(where, 'pgwire-cli-'))))
    for (const [name, text] of Object.entries(files)) await folder.write(name, text)
    return folder
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.path, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.path, { recursive: true, force: true })
  }
}

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** The program, as a process of its own in a folder. */
export class Program {
  readonly #child: ReturnType<typeof spawn>
  readonly #written = { out: '', err: '' }
  /** What is resolved with every further piece of output. */
  #more = Promise.withResolvers<void>()

  constructor(folder: Folder, argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const { DATABASE_URL: _, ...inherited } = process.env
    const env = { ...inherited, NODE_OPTIONS: '', ...environment }
    this.#child = spawn(process.execPath, [BIN, ...argv], { cwd: folder.path, env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const [stream, name] of [
      [this.#child.stdout, 'out'],
      [this.#child.stderr, 'err'],
    ] as const) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#written[name] += text
        this.#more.resolve()
        this.#more = Promise.withResolvers()
      })
    }
  }

  async ended(): Promise<Ended> {
    const [code] = (await once(this.#child, 'close')) as [number | null]
    return { code, ...this.#written }
  }

  /** Waits until something was said. */
  async said(text: RegExp): Promise<void> {
    while (!text.test(this.#written.err)) {
      if (this.#child.exitCode !== null) throw new Error(`It has ended, and said: ${this.#written.err}`)
      await this.#more.promise
    }
  }

  /** Forgets what was said so far. */
  forget(): void {
    this.#written.err = ''
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}

export function run(
  folder: Folder,
  argv: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<Ended> {
  return new Program(folder, argv, environment).ended()
}
