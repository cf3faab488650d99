/** The files in which libpq has certificates, keys and revocations: those that are named, else those in `~/.postgresql`. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { ConfigError } from '../errors/config-error.ts'
import type { OptionName, OptionValues } from './connection-options.ts'
import { personalFile } from './home-directory.ts'
import type { Environment } from './option-sources.ts'

/** An option from where it is written, checked. Undefined: nowhere. */
export type OptionReader = <Name extends OptionName>(name: Name) => OptionValues[Name] | undefined

/** A client's certificate and its key, in PEM. */
interface ClientCertificate {
  readonly cert: string | undefined
  readonly key: string | undefined
}

export interface CertificateFiles {
  readonly roots: string | undefined
  /** Reads what the authorities have revoked: the lists that were named, else that in `~/.postgresql`, if any. */
  revocations(): readonly string[] | undefined
  /** Reads what the client shows of itself, if anything. */
  client(): ClientCertificate
  /** Only what was named, without what may be in `~/.postgresql`. */
  readonly named: Pick<CertificateFiles, 'client' | 'revocations'>
}

const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/
const REVOCATIONS = /-----BEGIN X509 CRL-----/
const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/

const GROUP_AND_OTHERS = 0o077

/** A key of root's may be read by a group, as where a system's certificates are shared. */
const BEYOND_READING_GROUP = 0o037

/** Finds the files; nothing is read yet. */
export function certificateFiles(read: OptionReader, environment: Environment): CertificateFiles {
  const home = personalFile(environment, '.postgresql', '.')
  // Most users have none of these files: one question instead of four.
  const furnished = home !== undefined && existsSync(home)
  const inHome = (name: string): string | undefined => {
    const file = furnished ? join(home, name) : undefined
    return file !== undefined && existsSync(file) ? file : undefined
  }
  const client = (fromHome: typeof inHome) => (): ClientCertificate => {
    const cert = read('sslcert') ?? fromHome('postgresql.crt')
    const key = read('sslkey')
    if (read('sslcertmode') === 'disable') return { cert: undefined, key: undefined }
    if (cert === undefined && key === undefined) return { cert, key }
    if (cert === undefined) throw new ConfigError('sslkey needs an sslcert')
    return { cert: readCertificates(cert, 'sslcert'), key: readKey(key ?? inHome('postgresql.key')) }
  }
  const revocations = (fromHome: typeof inHome) => (): readonly string[] | undefined => {
    const directory = read('sslcrldir')
    const file = read('sslcrl') ?? (directory === undefined ? fromHome('root.crl') : undefined)
    if (file === undefined && directory === undefined) return undefined
    return [
      ...(file === undefined ? [] : [readPem(file, 'sslcrl', REVOCATIONS, 'list of revocations')]),
      ...(directory === undefined ? [] : readRevocationsIn(directory)),
    ]
  }
  const nowhere = (): undefined => undefined
  return {
    roots: inHome('root.crt'),
    revocations: revocations(inHome),
    client: client(inHome),
    named: { client: client(nowhere), revocations: revocations(nowhere) },
  }
}

/** The certificates in a file. `node:tls` would take an empty text as none, and trust every public root. */
export function readCertificates(file: string, option: string): string {
  return readPem(file, option, CERTIFICATE, 'certificate')
}

/** All lists in the files of a directory, whatever these are called; a directory without any is a mistake. */
function readRevocationsIn(directory: string): readonly string[] {
  const option = 'sslcrldir'
  const names = readable('directory', option, () => readdirSync(directory))
  const texts = names
    .map((name) => join(directory, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .map((path) => readFile(path, option))
    .filter((text) => REVOCATIONS.test(text))
  if (texts.length === 0) throw new ConfigError('The directory of sslcrldir contains no list of revocations in PEM')
  // A directory for OpenSSL has the same list under several names.
  return [...new Set(texts)]
}

function readKey(file: string | undefined): string {
  if (file === undefined) throw new ConfigError('sslcert needs an sslkey')
  const key = readPem(file, 'sslkey', PRIVATE_KEY, 'private key')
  refuseOpenFile(file)
  return key
}

/** As libpq does: a key that others can read may have been read. */
function refuseOpenFile(file: string): void {
  if (process.platform === 'win32') return
  const { mode, uid } = statSync(file)
  const forbidden = uid === 0 ? BEYOND_READING_GROUP : GROUP_AND_OTHERS
  if ((mode & forbidden) !== 0) {
    throw new ConfigError('The file of sslkey can be read by others: chmod it to 0600')
  }
}

function readPem(file: string, option: string, shape: RegExp, what: string): string {
  const text = readFile(file, option)
  if (!shape.test(text)) throw new ConfigError(`The file of ${option} contains no ${what} in PEM`)
  return text
}

function readFile(file: string, option: string): string {
  return readable('file', option, () => readFileSync(file, 'utf8'))
}

function readable<Content>(what: 'file' | 'directory', option: string, read: () => Content): Content {
  try {
    return read()
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new ConfigError(`Cannot read the ${what} of ${option}: ${reason}`)
  }
}
