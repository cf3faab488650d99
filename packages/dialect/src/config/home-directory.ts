import { homedir } from 'node:os'
import { join } from 'node:path'

import type { Environment } from './option-sources.ts'

/** Where the user's own files are; undefined for a user without a home. `HOME` goes before what the system knows. */
export function homeDirectory(environment: Environment): string | undefined {
  const named = environment['HOME']
  if (named !== undefined && named !== '') return named
  try {
    return homedir()
  } catch {
    return undefined
  }
}

/** A file of PostgreSQL's own: `posix` lies in the home directory, `windows` in the folder of the application's data. */
export function personalFile(environment: Environment, posix: string, windows: string): string | undefined {
  if (process.platform === 'win32') {
    const folder = environment['APPDATA']
    return folder === undefined || folder === '' ? undefined : join(folder, 'postgresql', windows)
  }
  const home = homeDirectory(environment)
  return home === undefined ? undefined : join(home, posix)
}
