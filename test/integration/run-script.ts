import { execFile } from 'node:child_process'
import { join } from 'node:path'

/** What a process came to. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a module in a process of its own, strict about rejections that nobody handles. `DATABASE_URL` is the URL. */
export function runScript(source: string, url: string, nodeFlags: readonly string[] = []): Promise<Ended> {
  const strict = ['--unhandled-rejections=strict', '--no-warnings', ...nodeFlags]
  const flags = [...strict, '--input-type=module', '--eval', source]
  const options = { cwd: join(import.meta.dirname, '..'), env: { ...process.env, DATABASE_URL: url } }
  return new Promise((resolve) => {
    execFile(process.execPath, flags, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr })
    })
  })
}
