import { CodecError } from '../errors/codec-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { type Chunk, CHUNK_BYTES } from './chunk.ts'
import type { CopyWriter } from './copy-in.ts'
import { isBytes } from './source.ts'

/** Characters of a text that are written at a time; UTF-8 makes up to three bytes of one. */
const TEXT_PIECE = 16_384

const UTF8 = /^utf-?8$/i

/** Bytes as they come, cut into chunks. A string is text in UTF-8. */
export function byteWriter(sql: string, encoding: string | undefined): CopyWriter {
  /** How much of the item has been written: bytes, or characters. */
  let done = 0
  return {
    sql,
    rows: 0,
    begin: () => {},
    write: (item, chunk) => {
      if (!isBytes(item)) throw new UsageError('The source of a COPY gave something else among bytes', 'rolled-back')
      if (typeof item === 'string' && encoding !== undefined && !UTF8.test(encoding)) {
        throw new UsageError('Data in another encoding than UTF-8 has to be given as bytes', 'rolled-back')
      }
      const length = typeof item === 'string' ? item.length : item.byteLength
      while (done < length && !chunk.full) {
        done += typeof item === 'string' ? writeText(item, done, chunk) : writeBytes(bytesOf(item), done, chunk)
      }
      if (done < length) return false
      done = 0
      return true
    },
    end: () => {},
    failed: () => {},
  }
}

function writeBytes(bytes: Uint8Array, from: number, chunk: Chunk): number {
  const piece = bytes.subarray(from, from + CHUNK_BYTES - chunk.size)
  chunk.out.raw(piece)
  return piece.length
}

function writeText(text: string, from: number, chunk: Chunk): number {
  let to = Math.min(from + TEXT_PIECE, text.length)
  // A pair of surrogates is one character.
  if (to < text.length && text.charCodeAt(to - 1) >> 10 === 0x36) to++
  try {
    chunk.out.text(text.slice(from, to))
  } catch (error) {
    throw CodecError.encodeCopied('text', error)
  }
  return to - from
}

function bytesOf(item: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(item) ? new Uint8Array(item.buffer, item.byteOffset, item.byteLength) : new Uint8Array(item)
}
