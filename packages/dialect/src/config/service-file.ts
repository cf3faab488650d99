/**
 * Connection service files: named groups of options, in the user's own file and in one for the whole system.
 *
 * No error here repeats a line of a file, which may hold a password.
 * @see https://www.postgresql.org/docs/current/libpq-pgservice.html
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { ConfigError } from '../errors/config-error.ts'
import { personalFile } from './home-directory.ts'
import type { Environment } from './option-sources.ts'
import type { DsnEntry } from './parse-dsn.ts'

/** What is looked up, and in which file if one was named. */
export interface WrittenService {
  readonly service: string
  readonly servicefile: string | undefined
}

/** A file as it is looked at; one that was named has to be there. */
interface Candidate {
  readonly file: string
  readonly named: boolean
}

/** The options of the service, from the first file that has it. Throws when none does. */
export function readService({ service, servicefile }: WrittenService, environment: Environment): readonly DsnEntry[] {
  for (const candidate of candidates(servicefile, environment)) {
    const text = readServiceFile(candidate)
    const entries = text === undefined ? undefined : findService(text, service)
    if (entries !== undefined) return entries
  }
  throw new ConfigError('The service is in none of the service files (servicefile, PGSERVICEFILE, PGSYSCONFDIR)')
}

/** The options of one service in the text of a file, as written; of equal keys the first counts. Undefined: not there. */
export function findService(text: string, service: string): readonly DsnEntry[] | undefined {
  const entries = new Map<string, string>()
  let found = false
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) {
      if (found) break
      found = line.slice(1, line.indexOf(']')) === service && line.includes(']')
    } else if (found) {
      const [key, value] = entry(line)
      if (!entries.has(key)) entries.set(key, value)
    }
  }
  return found ? [...entries] : undefined
}

function entry(line: string): DsnEntry {
  const equals = line.indexOf('=')
  if (line.startsWith('ldap')) throw new ConfigError('Services that are looked up with LDAP are not supported')
  if (equals <= 0) throw new ConfigError('A line of the service file is not an option with a value')
  const key = line.slice(0, equals).trimEnd()
  if (key === 'service' || key === 'servicefile') {
    throw new ConfigError(`A service cannot have ${key}: services are not nested`)
  }
  return [key, line.slice(equals + 1).trimStart()]
}

function candidates(servicefile: string | undefined, environment: Environment): readonly Candidate[] {
  const own = personalFile(environment, '.pg_service.conf', '.pg_service.conf')
  const directory = environment['PGSYSCONFDIR']
  return [
    ...(servicefile === undefined ? [] : [{ file: servicefile, named: true }]),
    ...(servicefile === undefined && own !== undefined ? [{ file: own, named: false }] : []),
    ...(directory === undefined || directory === ''
      ? []
      : [{ file: join(directory, 'pg_service.conf'), named: false }]),
  ]
}

function readServiceFile({ file, named }: Candidate): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    if (!named && (reason === 'ENOENT' || reason === 'ENOTDIR')) return undefined
    throw new ConfigError(`Cannot read the service file: ${reason}`)
  }
}
