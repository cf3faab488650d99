/**
 * The password file, `~/.pgpass`: which password goes to which server, database and user.
 * @see https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
import { readFileSync, statSync } from 'node:fs'

import type { PasswordSource } from './connection-options.ts'
import type { ConnectionSettings, ServerAddress } from './connection-settings.ts'

/** For whom a password is looked up. */
export interface Login {
  readonly address: ServerAddress
  readonly database: string
  readonly user: string
}

/** Files that somebody has been warned of: once is enough, also for a pool that logs in again and again. */
const warnedOf = new Set<string>()

/** What the group and everybody else may do. */
const OTHERS = 0o077

/** What the server is given when it asks: the password of the settings, else that of the password file as it is now. */
export function passwordFor(settings: ConnectionSettings, address: ServerAddress): PasswordSource | undefined {
  const { password, passfile, user, database } = settings
  if (password !== undefined || passfile === undefined) return password
  const lines = readPasswordFile(passfile)
  return lines === undefined ? undefined : findPassword(lines, { address, user, database })
}

/** The password of the first line that fits; undefined when none does, or the password is empty. */
export function findPassword(text: string, { address, database, user }: Login): string | undefined {
  const { host, port } = address
  // A socket is this machine's, and libpq knows its usual directory by that name.
  const hosts = address.kind === 'unix' ? [host, 'localhost'] : [host]
  const wanted = [hosts, [String(port)], [database], [user]]
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue
    const password = passwordOfLine(line.replace(/\r$/, ''), wanted)
    if (password !== undefined) return password === '' ? undefined : password
  }
  return undefined
}

/** The fields are compared one by one; behind the fourth stands the password, in which a colon may be left unescaped. */
function passwordOfLine(line: string, wanted: readonly (readonly string[])[]): string | undefined {
  let start = 0
  for (const candidates of wanted) {
    const end = fieldEnd(line, start)
    if (end === -1) return undefined
    const field = line.slice(start, end)
    if (field !== '*' && !candidates.includes(unescaped(field))) return undefined
    start = end + 1
  }
  return unescaped(line.slice(start))
}

function fieldEnd(line: string, start: number): number {
  for (let at = start; at < line.length; at++) {
    if (line[at] === ':') return at
    if (line[at] === '\\') at++
  }
  return -1
}

/** A backslash takes what follows it literally. */
function unescaped(field: string): string {
  return field.replaceAll(/\\([^])/g, '$1')
}

/** Undefined where there is no file to be read, as in libpq without a word, or one that others can read, too. */
function readPasswordFile(file: string): string | undefined {
  try {
    const status = statSync(file)
    if (!status.isFile()) return ignored(file, 'is not a plain file')
    if (process.platform !== 'win32' && (status.mode & OTHERS) !== 0) {
      return ignored(file, 'can be read by others: its permissions should be u=rw (0600) or less')
    }
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function ignored(file: string, reason: string): undefined {
  if (warnedOf.has(file)) return undefined
  warnedOf.add(file)
  process.emitWarning(`The password file ${JSON.stringify(file)} is ignored because it ${reason}`, {
    type: 'PgwireWarning',
    code: 'PGWIRE_PASSFILE_IGNORED',
  })
  return undefined
}
