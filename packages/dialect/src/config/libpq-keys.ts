/**
 * What of libpq's there is not here. Without this list such keys would go to the server as settings that it does not know;
 * and nobody who asks for more security may silently get less.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html
 */
export interface UnsupportedKey {
  /** The values that ask for nothing beyond what happens anyway; `any` where nothing can come of it. */
  readonly harmless: readonly string[] | 'any'
  readonly env?: string
  /** Why it cannot be had. */
  readonly because?: string
}

const NODE_CANNOT = 'Node cannot set it'
const NO_OAUTH_FLOW = 'the option oauthToken gives a token'

export const unsupportedKeys: ReadonlyMap<string, UnsupportedKey> = new Map<string, UnsupportedKey>([
  ['gssdelegation', { harmless: ['0'], env: 'PGGSSDELEGATION' }],
  ['gssencmode', { harmless: ['disable', 'prefer'], env: 'PGGSSENCMODE' }],
  ['gsslib', { harmless: 'any', env: 'PGGSSLIB' }],
  ['keepalives_count', { harmless: ['0'], because: NODE_CANNOT }],
  ['keepalives_interval', { harmless: ['0'], because: NODE_CANNOT }],
  ['krbsrvname', { harmless: 'any', env: 'PGKRBSRVNAME' }],
  ['oauth_client_id', { harmless: [], because: NO_OAUTH_FLOW }],
  ['oauth_client_secret', { harmless: [], because: NO_OAUTH_FLOW }],
  ['oauth_issuer', { harmless: [], because: NO_OAUTH_FLOW }],
  ['oauth_scope', { harmless: [], because: NO_OAUTH_FLOW }],
  ['requirepeer', { harmless: [], env: 'PGREQUIREPEER', because: NODE_CANNOT }],
  ['requiressl', { harmless: ['0'], env: 'PGREQUIRESSL', because: 'use sslmode' }],
  ['sslcompression', { harmless: ['0'], env: 'PGSSLCOMPRESSION' }],
  ['tcp_user_timeout', { harmless: ['0'], because: NODE_CANNOT }],
])
