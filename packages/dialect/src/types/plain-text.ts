import { InvalidValueError } from '../errors/codec-error.ts'

/** Strings as they are; numbers, bigints and booleans as JavaScript prints them, which PostgreSQL reads; nothing else. */
export function requireText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      throw new InvalidValueError('not a string')
  }
}
