/** The keys that SCRAM derives from a password, for whoever has these instead of it. */
import { ConfigError } from '../errors/config-error.ts'

/** Both in bytes. Whoever has the client's can log in, whoever has the server's can pass for the server. */
export interface ScramKeys {
  readonly clientKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** Of SHA-256. */
const KEY_BYTES = 32

/** Node skips what is no base64: what does not come out again as it went in is refused. */
export function scramKey(value: unknown, label: string): string {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined
  if (bytes?.length === KEY_BYTES && bytes.toString('base64') === value) return value
  throw new ConfigError(`${label} must be ${KEY_BYTES} bytes in base64`)
}

/** Undefined when there are none; one is of no use. */
export function scramKeys(clientKey: string | undefined, serverKey: string | undefined): ScramKeys | undefined {
  if (clientKey === undefined && serverKey === undefined) return undefined
  if (clientKey === undefined || serverKey === undefined) {
    throw new ConfigError('scramClientKey and scramServerKey need each other')
  }
  return { clientKey: Buffer.from(clientKey, 'base64'), serverKey: Buffer.from(serverKey, 'base64') }
}
