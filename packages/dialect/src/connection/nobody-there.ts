import { ConnectionError } from '../errors/connection-error.ts'

/** What the network says of a peer that is not there. */
const UNREACHABLE: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
])

/**
 * Whether that is why a connection could not be made. Anything else is our own side's fault, such as too many open files,
 * or an answer, such as a certificate.
 */
export function nobodyThere(error: unknown): error is ConnectionError {
  if (!(error instanceof ConnectionError)) return false
  if (error.code === 'PGWIRE_CONNECT_TIMEOUT') return true
  if (error.code !== 'PGWIRE_CONNECT_FAILED') return false
  // Without a cause, it has hung up before it has said anything.
  const cause = error.cause as NodeJS.ErrnoException | undefined
  return cause === undefined || UNREACHABLE.has(cause.code)
}
