/** Names of channels: identifiers, of which the server silently keeps 63 bytes. Here such a name is an error. */
import { UsageError } from '../errors/usage-error.ts'

/** NAMEDATALEN without its final NUL. */
const MAX_CHANNEL_BYTES = 63

/** The name, provided the server takes it as it is. Upper case, spaces, quotes and any other character are fine. */
export function requireChannel(channel: unknown): string {
  if (typeof channel !== 'string') throw new UsageError('The name of a channel must be a string')
  if (channel === '') throw new UsageError('The name of a channel must not be empty')
  if (channel.includes('\0')) throw new UsageError('The name of a channel must not contain a NUL character')
  if (!channel.isWellFormed()) throw new UsageError('The name of a channel must not contain a lone surrogate')
  const bytes = Buffer.byteLength(channel)
  if (bytes > MAX_CHANNEL_BYTES) {
    throw new UsageError(`The name of a channel may have ${MAX_CHANNEL_BYTES} bytes, and this one has ${bytes}`)
  }
  return channel
}

export function listenStatement(channel: string): string {
  return `listen ${quoted(channel)}`
}

export function unlistenStatement(channel: string): string {
  return `unlisten ${quoted(channel)}`
}

function quoted(channel: string): string {
  return `"${channel.replaceAll('"', '""')}"`
}
