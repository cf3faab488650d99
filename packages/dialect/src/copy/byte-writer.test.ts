import { expect, test } from 'vitest'

import { byteWriter } from './byte-writer.ts'
import { Chunk, CHUNK_BYTES } from './chunk.ts'

/** Everything that becomes of some items, and how large the chunks were. */
function copied(items: readonly unknown[], encoding?: string): { readonly bytes: Buffer; readonly largest: number } {
  const writer = byteWriter('copy t from stdin', encoding)
  const chunk = new Chunk()
  const pieces: Buffer[] = []
  let largest = 0
  const send = (): void => {
    const frame = chunk.close()
    expect(frame.bytes.readUInt32BE(1)).toBe(frame.length - 1)
    pieces.push(Buffer.from(frame.bytes.subarray(5, frame.length)))
    largest = Math.max(largest, chunk.size)
    chunk.clear()
  }
  writer.begin(chunk)
  for (const item of items) {
    while (!writer.write(item, chunk)) send()
    if (chunk.full) send()
  }
  writer.end(chunk)
  if (!chunk.empty) send()
  return { bytes: Buffer.concat(pieces), largest }
}

test.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 7])(
  '%d bytes arrive as they are, in chunks of bounded size',
  (length) => {
    const bytes = Buffer.from(Array.from({ length }, (_, index) => index % 251))
    const { bytes: arrived, largest } = copied([bytes, bytes])
    expect(arrived.equals(Buffer.concat([bytes, bytes]))).toBe(true)
    expect(largest).toBeLessThan(CHUNK_BYTES * 2)
  },
)

test('views of any kind are the bytes that they show', () => {
  const { buffer } = new Uint8Array([1, 2, 3, 4])
  expect(copied([new DataView(buffer, 1, 2), new Uint16Array(buffer, 2, 1), buffer]).bytes).toEqual(
    Buffer.from([2, 3, 3, 4, 1, 2, 3, 4]),
  )
})

test.each([0, 1, 2, 3])('a text is UTF-8, wherever its chunks are cut (%d characters on)', (shift) => {
  const text = 'x'.repeat(shift) + '🐘ü'.repeat(100_000)
  const { bytes, largest } = copied([text, '', text])
  expect(bytes.toString() === text + text).toBe(true)
  expect(largest).toBeLessThan(CHUNK_BYTES * 2)
})

test.each(['a\0', '\ud800', 'x'.repeat(50_000) + '\udc00', '\ud800' + 'x'.repeat(50_000)])(
  'a text that is none is refused',
  (text) => {
    expect(() => copied([text])).toThrow(expect.objectContaining({ name: 'CodecError', type: 'text' }))
  },
)

test('data in another encoding has to be bytes', () => {
  expect(copied(['ä', Buffer.from('ä')], 'utf8').bytes.toString()).toBe('ää')
  expect(copied([Buffer.from('ä', 'latin1')], 'LATIN1').bytes).toEqual(Buffer.from([0xe4]))
  expect(() => copied(['a'], 'LATIN1')).toThrow(expect.objectContaining({ name: 'UsageError', outcome: 'rolled-back' }))
})

test.each([[5], [null], [undefined], [{}], [['a']]])('%j among bytes is refused', (item) => {
  expect(() => copied(['a', item])).toThrow(expect.objectContaining({ name: 'UsageError', outcome: 'rolled-back' }))
})
