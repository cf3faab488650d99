import { UsageError } from '../errors/usage-error.ts'

/** The server's limit is "less than 8000". */
const MAX_PAYLOAD_BYTES = 7_999

/** The payload, provided the server takes it. The error says how long it is, and nothing of what is in it. */
export function requirePayload(payload: unknown): string {
  if (typeof payload !== 'string') throw new UsageError('The payload of a notification must be a string')
  if (payload.includes('\0')) throw new UsageError('The payload of a notification must not contain a NUL character')
  if (!payload.isWellFormed()) {
    throw new UsageError('The payload of a notification must not contain a lone surrogate')
  }
  const bytes = Buffer.byteLength(payload)
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new UsageError(`The payload of a notification may have ${MAX_PAYLOAD_BYTES} bytes, and this one has ${bytes}`)
  }
  return payload
}
