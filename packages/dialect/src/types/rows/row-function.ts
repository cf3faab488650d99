import { InvalidValueError } from '../../errors/codec-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import type { Codec } from '../codec.ts'

/** A column, as far as decoding it needs to know. */
export interface DecodedColumn {
  readonly name: string
  readonly codec: Codec
}

/** Objects by column name (the last of equal names wins), or arrays in column order (nothing is lost). */
export type RowMode = 'object' | 'array'

/** Turns the payload of one DataRow, from its column count to `end`, into a row. */
export type RowFunction = (bytes: Buffer, view: DataView, offset: number, end: number) => unknown

/** Throws unless a binary value of a fixed-size type has that size. */
export function requireSize(codec: Codec, length: number): void {
  if (codec.size !== -1 && length !== codec.size) {
    throw new InvalidValueError(`${length} bytes where ${codec.size} belong`)
  }
}

export function malformedRow(): never {
  throw new ProtocolError('Malformed dataRow message from the server')
}
