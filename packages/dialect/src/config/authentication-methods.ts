import { ConfigError } from '../errors/config-error.ts'

/** libpq's names for the ways in which a server can ask who we are; `none` is that it does not. */
const methods = ['none', 'password', 'md5', 'gss', 'sspi', 'scram-sha-256', 'oauth'] as const

export type AuthenticationMethod = (typeof methods)[number]

/**
 * Checks the option `requireAuth` and returns the methods that are left. A list either says what may be, or with `!` what
 * may not; libpq takes no mixture and no repetition either.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-REQUIRE-AUTH
 */
export function authenticationMethods(value: unknown, label: string): readonly AuthenticationMethod[] {
  const words = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(words) || words.length === 0) throw new ConfigError(`${label} must be a text or a list of texts`)
  const negated = words.filter((word) => String(word).startsWith('!')).length
  if (negated > 0 && negated < words.length) throw new ConfigError(`${label} has words with and without !`)

  const named = words.map((word: unknown) => method(negated > 0 ? String(word).slice(1) : word, label))
  if (new Set(named).size < named.length) throw new ConfigError(`${label} has a word twice`)
  return Object.freeze(negated > 0 ? methods.filter((name) => !named.includes(name)) : named)
}

function method(word: unknown, label: string): AuthenticationMethod {
  const known = methods.find((name) => name === word)
  if (known === undefined) throw new ConfigError(`${label} can have ${methods.join(', ')}, or each with ! in front`)
  return known
}
