import type { CodecCases } from '../shape.cases.ts'
import { bytea } from './bytea.ts'

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const backwards = Buffer.from(everyByte.toReversed())

export const byteaCases: CodecCases<Uint8Array> = {
  codec: bytea,
  valid: [
    [Buffer.from(''), '\\x', ''],
    [Buffer.from('00ff', 'hex'), '\\x00ff', '00ff'],
    [Buffer.from('abc'), '\\x616263', '616263'],
    [everyByte, `\\x${everyByte.toString('hex')}`, everyByte.toString('hex')],
    [backwards, `\\x${backwards.toString('hex')}`, backwards.toString('hex')],
    [Buffer.alloc(1000, 7), '\\x' + '07'.repeat(1000), '07'.repeat(1000)],
  ],
  accepted: [
    [new Uint8Array([1, 2, 3]), '010203'],
    [new Uint8Array([1, 2, 3]).buffer, '010203'],
    [new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2), '0203'],
    [new Uint16Array([0x0101, 0x0202]).subarray(1), '0202'],
    [Buffer.from('xyz').subarray(1), '797a'],
  ],
  // With bytea_output = escape.
  read: [
    ['', Buffer.alloc(0)],
    ["\\000\\377\\\\'ab\\000", Buffer.from('00ff5c27616200', 'hex')],
    ['\\\\x', Buffer.from('\\x')],
    ['\\\\x61', Buffer.from('\\x61')],
  ],
  unreadable: ['\\x0', '\\x0g', '\\x00 ', '\\', 'a\\', '\\400', '\\08', '\\1', 'é', '\n'],
  invalid: [[1, 2], 'abc', 7, { length: 1 }, null],
  malformed: [],
}
