import { chmod, chown, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { CertificateName, KeyedCertificate } from './certificates.ts'
import { unprivilegedUser } from './unprivileged-user.ts'

/** What a test may ask of a server of its own. */
export interface ServerConfiguration {
  /** Lines of postgresql.conf, on top of those that make a throw-away server fast. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>
  /** The whole of pg_hba.conf. By default the unix socket is trusted and TCP asks for SCRAM-SHA-256. */
  readonly hba?: readonly string[]
  /** Turns TLS on, with this certificate. */
  readonly certificate?: CertificateName | KeyedCertificate
}

const FAST_AND_CAREFREE: ServerConfiguration['settings'] = {
  fsync: false,
  synchronous_commit: false,
  full_page_writes: false,
  shared_buffers: '64MB',
  max_connections: 200,
  max_prepared_transactions: 10,
  max_wal_size: '1GB',
  listen_addresses: '127.0.0.1',
  timezone: 'UTC',
  lc_messages: 'C',
}

const DEFAULT_HBA = ['local all all trust', 'host all all 127.0.0.1/32 scram-sha-256']

/** Writes the files of a server's configuration into its directory, where the server reads them at start and reload. */
export async function writeConfiguration(directory: string, configuration: ServerConfiguration): Promise<void> {
  const { settings, hba = DEFAULT_HBA, certificate } = configuration
  const tls = certificate === undefined ? {} : await writeCertificate(directory, certificate)
  const merged = { ...FAST_AND_CAREFREE, unix_socket_directories: directory, ...tls, ...settings }
  await writeFile(join(directory, 'data/postgresql.conf'), Object.entries(merged).map(settingLine).join(''))
  await writeFile(join(directory, 'data/pg_hba.conf'), hba.map((line) => `${line}\n`).join(''))
}

async function writeCertificate(
  directory: string,
  shown: CertificateName | KeyedCertificate,
): Promise<ServerConfiguration['settings']> {
  // Imported only here: most servers need no certificate, and the library takes longer to load than the server to start.
  const { makeCertificates } = await import('./certificates.ts')
  const certificates = await makeCertificates()
  const { certificate, key } = typeof shown === 'string' ? certificates[shown] : shown
  return {
    ssl: true,
    ssl_cert_file: await writeSecret(join(directory, 'server.crt'), certificate),
    ssl_key_file: await writeSecret(join(directory, 'server.key'), key),
    ssl_ca_file: await writeSecret(join(directory, 'authority.crt'), certificates.authority),
  }
}

async function writeSecret(path: string, content: string): Promise<string> {
  await writeFile(path, content)
  await chmod(path, 0o600)
  const { uid, gid } = await unprivilegedUser()
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid)
  return path
}

function settingLine([name, value]: [string, string | number | boolean]): string {
  return `${name} = '${String(value).replaceAll("'", "''")}'\n`
}
