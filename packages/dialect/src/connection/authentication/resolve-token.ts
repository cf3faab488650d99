import type { OAuthTokenSource } from '../../config/connection-options.ts'
import { ConfigError } from '../../errors/config-error.ts'

/** RFC 6750's b64token. */
const BEARER_TOKEN = /^[A-Za-z0-9._~+/-]+=*$/

/** The OAuth token for one login. */
export async function resolveToken(source: OAuthTokenSource | undefined): Promise<string> {
  if (source === undefined) throw new ConfigError('The server asks for an OAuth token and there is no oauthToken')
  const token: unknown = await callTokenFunction(source)
  if (typeof token !== 'string' || !BEARER_TOKEN.test(token)) {
    throw new ConfigError('The oauthToken function must return a bearer token')
  }
  return token
}

async function callTokenFunction(source: OAuthTokenSource): Promise<unknown> {
  try {
    return await source()
  } catch (cause) {
    throw new ConfigError('The oauthToken function failed', { cause })
  }
}
