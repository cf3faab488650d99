import type { PasswordSource } from '../../config/connection-options.ts'
import { ConfigError } from '../../errors/config-error.ts'

/** The password for one login. A function is called anew each time, so that it can hand out tokens that expire. */
export async function resolvePassword(source: PasswordSource | undefined): Promise<string> {
  if (source === undefined) throw new ConfigError('The server asks for a password and none was given')
  const password: unknown = typeof source === 'function' ? await callPasswordFunction(source) : source
  if (typeof password !== 'string' || password === '') {
    throw new ConfigError('The password function must return a string that is not empty')
  }
  if (password.includes('\0')) throw new ConfigError('The password contains a NUL character')
  if (!password.isWellFormed()) throw new ConfigError('The password contains a lone surrogate')
  return password
}

async function callPasswordFunction(source: () => string | Promise<string>): Promise<unknown> {
  try {
    return await source()
  } catch (cause) {
    throw new ConfigError('The password function failed', { cause })
  }
}
