import { execFile } from 'node:child_process'
import { delimiter, join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')
const PROGRAMS = [join(ROOT, 'test/node_modules/.bin'), join(ROOT, 'node_modules/.bin'), process.env['PATH']]

/** Runs a program of the workspace, or of the system, and gives what it printed; a failure shows everything. */
export function run(
  program: string,
  words: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<string> {
  const env = { ...process.env, PATH: PROGRAMS.join(delimiter), NO_COLOR: '1' }
  return new Promise((done, failed) => {
    execFile(program, words, { cwd: options.cwd ?? ROOT, env }, (error, stdout, stderr) => {
      if (error === null) done(stdout)
      else failed(new Error(`${program} ${words.join(' ')} failed\n${stdout}${stderr}`, { cause: error }))
    })
  })
}
