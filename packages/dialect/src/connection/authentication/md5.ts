import { createHash } from 'node:crypto'

import { ConfigError } from '../../errors/config-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'

const SALT_BYTES = 4

/**
 * The answer to AuthenticationMD5Password: `md5` and the hash of (the hash of password and user) and the salt.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html
 */
export function md5Response(user: string, password: string, salt: Uint8Array): string {
  if (salt.length !== SALT_BYTES) throw new ProtocolError(`The server sent an MD5 salt of ${salt.length} bytes`)
  return `md5${md5(md5(password + user), salt)}`
}

/** Hexadecimal. */
function md5(...parts: readonly (string | Uint8Array)[]): string {
  try {
    const hash = createHash('md5')
    for (const part of parts) hash.update(part)
    return hash.digest('hex')
  } catch (cause) {
    throw new ConfigError('The server asks for an MD5 password, and this Node.js has no MD5. Use SCRAM-SHA-256', {
      cause,
    })
  }
}
