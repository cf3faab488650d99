import { BINARY, type Codec } from '../codec.ts'

/**
 * Whether a part of a value has to be sent as text, and with it the whole: a string whose type leaves its strings to the
 * server, or what the part's own codec says so of.
 */
export function isForeignText(codec: Codec, value: unknown): boolean {
  if (codec.format !== BINARY || value === null) return false
  if (typeof value === 'string' && !codec.ownStrings) return !codec.encodesStrings
  return codec.prefersText?.(value) ?? false
}
