import type { CodecCases } from '../shape.cases.ts'
import { bytea } from './bytea.ts'

export const byteaCases: CodecCases<Uint8Array> = {
  codec: bytea,
  valid: [
    [Buffer.from(''), '\\x', ''],
    [Buffer.from('00ff', 'hex'), '\\x00ff', '00ff'],
    [Buffer.from('abc'), '\\x616263', '616263'],
    [Buffer.alloc(1000, 7), '\\x' + '07'.repeat(1000), '07'.repeat(1000)],
  ],
  accepted: [
    [new Uint8Array([1, 2, 3]), '010203'],
    [new Uint8Array([1, 2, 3]).buffer, '010203'],
    [new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2), '0203'],
    [new Uint16Array([0x0101, 0x0202]).subarray(1), '0202'],
    [Buffer.from('xyz').subarray(1), '797a'],
  ],
  invalid: [[1, 2], 'abc', 7, { length: 1 }, null],
  malformed: [],
}
