/** The protocol's messages as far as a go-between has to know them: where each begins and ends. */

const ENCRYPTION_REQUESTS: readonly number[] = [80_877_103, 80_877_104]
const CANCEL_REQUEST = 80_877_102

/** Those that open a connection have no type: they begin with their length, whose first byte is zero. */
export async function* messages(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pending: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    for (;;) {
      const typed = pending[0] === 0 ? 0 : 1
      if (pending.length < typed + 4) break
      const end = typed + pending.readInt32BE(typed)
      if (end < typed + 4) throw new RangeError('A message is shorter than its length')
      if (pending.length < end) break
      yield pending.subarray(0, end)
      pending = pending.subarray(end)
    }
  }
}

/** The messages of a server, whole. */
export function frames(bytes: Uint8Array): Buffer[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Buffer[] = []
  for (let at = 0; at < all.length;) {
    const end = at + 1 + all.readInt32BE(at + 1)
    found.push(all.subarray(at, end))
    at = end
  }
  return found
}

export function isEncryptionRequest(message: Buffer): boolean {
  return message[0] === 0 && ENCRYPTION_REQUESTS.includes(message.readInt32BE(4))
}

export function isCancelRequest(message: Buffer): boolean {
  return message[0] === 0 && message.readInt32BE(4) === CANCEL_REQUEST
}
