/** What is said when no server would do. */
import type { ServerAddress, TargetSessionAttrs } from '../config/connection-settings.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'

/** The server logs us in, but it is not of the kind that was asked for. */
export function unfitHost(address: ServerAddress, target: TargetSessionAttrs): ConnectionError {
  const { host, port } = address
  return new ConnectionError(`Cannot use ${host}:${port}: it is not ${target}, which target_session_attrs asks for`, {
    code: 'PGWIRE_NO_SUITABLE_HOST',
    host,
    port,
    phase: 'ready',
    outcome: 'not-sent',
  })
}

/**
 * One error for all that was tried. A single reason speaks for itself. Of one host with several addresses, what the server
 * said counts for more than that another address was dead.
 */
export function noHost(hosts: readonly ServerAddress[], failures: readonly Error[]): Error {
  const [first] = failures
  const last = failures.at(-1) ?? new Error('No host was tried')
  if (failures.length === 1 && first !== undefined) return first
  const answer = failures.findLast((failure) => failure instanceof PostgresError)
  if (answer !== undefined && (hosts.length === 1 || failures.every((failure) => failure instanceof PostgresError))) {
    return answer
  }

  const errors = failures.filter((failure) => failure instanceof ConnectionError)
  const nearest = errors.at(-1)
  if (nearest === undefined) return last
  const codes = new Set(failures.map((failure) => ('code' in failure ? failure.code : undefined)))
  const { host, port, phase, code } = nearest
  const reasons = failures.map(({ message }) => message).join('; ')
  const what = hosts.length === 1 ? `${host}:${port}` : `any of ${hosts.length} hosts`
  return new ConnectionError(`Cannot connect to ${what}: ${reasons}`, {
    code: codes.size === 1 ? code : 'PGWIRE_CONNECT_FAILED',
    host,
    port,
    phase,
    outcome: 'not-sent',
    cause: aggregated(failures),
  })
}

/** As Node has it for several addresses: the code that all of them share is that of the whole. */
function aggregated(failures: readonly Error[]): AggregateError {
  const error = new AggregateError(failures, 'No server could be used')
  const codes = new Set(failures.map(causeCode))
  const [code] = codes
  return codes.size === 1 && code !== undefined ? Object.assign(error, { code }) : error
}

function causeCode({ cause }: Error): string | undefined {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
}
