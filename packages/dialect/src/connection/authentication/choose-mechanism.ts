/** Which of the SASL mechanisms that a server offers is taken, and how firmly SCRAM is bound to the TLS connection. */
import type { AuthenticationMethod } from '../../config/authentication-methods.ts'
import type { ChannelBinding } from '../../config/connection-options.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'

/** The connection on which the login takes place. */
export interface Channel {
  readonly encrypted: boolean
  /** Nobody can listen: it is encrypted, or does not leave the machine. */
  readonly confidential: boolean
  /** What the channel is known by at both ends (tls-server-end-point); undefined where nothing is. */
  readonly endPoint: Uint8Array | undefined
}

export type Mechanism =
  | { readonly name: 'SCRAM-SHA-256-PLUS'; readonly gs2Header: string; readonly channelBinding: Uint8Array }
  | { readonly name: 'SCRAM-SHA-256'; readonly gs2Header: string }
  | { readonly name: 'OAUTHBEARER' }

interface Policy {
  readonly channelBinding: ChannelBinding
  /** Undefined: all. */
  readonly requireAuth: readonly AuthenticationMethod[] | undefined
}

const PLUS = 'SCRAM-SHA-256-PLUS'
const SCRAM = 'SCRAM-SHA-256'
const OAUTH = 'OAUTHBEARER'

/** Throws `ProtocolError` when nothing that is offered is both known and allowed. */
export function chooseMechanism(offered: readonly string[], channel: Channel, policy: Policy): Mechanism {
  const { channelBinding, requireAuth } = policy
  const allowed = (method: AuthenticationMethod): boolean => requireAuth?.includes(method) ?? true
  if (offered.includes(PLUS) && !channel.encrypted && channelBinding !== 'disable') {
    // As libpq sees it: the server speaks TLS with somebody, and it is not us.
    throw new ProtocolError(
      'The server offers to bind a TLS connection (SCRAM-SHA-256-PLUS), and ours is none: somebody stands in between. ' +
        'If that is as it should be, set channelBinding to disable',
    )
  }
  const known = offered.filter((name) => name === PLUS || name === SCRAM || name === OAUTH)
  if (known.length === 0) throw unsupported(offered)
  const { endPoint } = channel
  if (allowed('scram-sha-256')) {
    if (offered.includes(PLUS) && channelBinding !== 'disable' && endPoint !== undefined) {
      return { name: PLUS, gs2Header: 'p=tls-server-end-point,,', channelBinding: endPoint }
    }
    if (channelBinding === 'require') throw unbound(offered.includes(PLUS))
    if (offered.includes(SCRAM)) return { name: SCRAM, gs2Header: unboundHeader(channelBinding, endPoint) }
  }
  if (channelBinding === 'require') throw unbound(false)
  if (offered.includes(OAUTH) && allowed('oauth')) return { name: OAUTH }
  if (known.length === 1 && known[0] === PLUS) throw unsupported(offered)
  throw new ProtocolError(`The server asks for ${known.join(' or ')}, which requireAuth does not allow`)
}

/**
 * `y` tells the server that we would have bound the channel, had it offered to: one that did offer, and whose offer
 * somebody has cut out, refuses the login then.
 */
function unboundHeader(channelBinding: ChannelBinding, endPoint: Uint8Array | undefined): string {
  return channelBinding === 'disable' || endPoint === undefined ? 'n,,' : 'y,,'
}

function unbound(offered: boolean): ProtocolError {
  return new ProtocolError(
    offered
      ? 'channelBinding is require, and the certificate of the server has nothing that a channel could be bound to'
      : 'channelBinding is require, and the server does not offer it',
  )
}

function unsupported(offered: readonly string[]): ProtocolError {
  return new ProtocolError(`The server offers no SASL mechanism that is supported (it offers ${offered.join(', ')})`)
}
