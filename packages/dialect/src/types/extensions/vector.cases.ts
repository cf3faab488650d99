import type { CodecCases } from '../shape.cases.ts'
import { halfvec } from './halfvec.ts'
import { sparsevec, type SparseVector } from './sparsevec.ts'
import { vector } from './vector.ts'

const notNumbers = ['[1,2]', 7, null, {}, [], ['1'], [null], [1, undefined], [1n], [[1]], [Number.NaN], [Infinity], [-Infinity], new DataView(new ArrayBuffer(4)), new Array(16_001).fill(0)]

export const vectorCases: CodecCases<number[]> = {
  codec: vector,
  valid: [
    [[0], '[0]', '0001000000000000'],
    [[1, -2.5, 0.1], '[1,-2.5,0.1]', '000300003f800000c02000003dcccccd'],
    [[3.4028235e38, 1e-45, -0], '[3.4028235e+38,1e-45,-0]', '000300007f7fffff0000000180000000'],
    [[16777216, 0.0001, 100000, 1000000, 0.00001], '[1.6777216e+07,0.0001,100000,1e+06,1e-05]', '000500004b80000038d1b71747c35000497424003727c5ac'],
  ],
  accepted: [
    [new Float32Array([1, -2.5, 0.1]), '000300003f800000c02000003dcccccd'],
    [new Float64Array([0.1]), '000100003dcccccd'],
    [new Int8Array([-1]), '00010000bf800000'],
    // As the server reads '[1e-50]'.
    [[1e-50], '0001000000000000'],
  ],
  invalid: [...notNumbers, [3.5e38], new BigInt64Array(1)],
  malformed: ['', '000000', '00010000', '000100000000', '000100000000000000', 'ffff0000', '0000000000'],
}

export const halfvecCases: CodecCases<number[]> = {
  codec: halfvec,
  valid: [
    [[0], '[0]', '000100000000'],
    [[1, -2.5, 0.099975586], '[1,-2.5,0.099975586]', '000300003c00c1002e66'],
    [[65504, 5.9604645e-8, -0], '[65504,5.9604645e-08,-0]', '000300007bff00018000'],
    [[6.1035156e-5, 6.097555e-5], '[6.1035156e-05,6.097555e-05]', '00020000040003ff'],
  ],
  accepted: [
    [[1, -2.5, 0.1], '000300003c00c1002e66'],
    [[2049, 2051, 1000.25], '000300006800680263d0'],
    [[65519.99], '000100007bff'],
    [[1e-9, 2.98e-8, 2.9802322e-8, 6.1e-5], '0004000000000000000003ff'],
    [new Float32Array([0.1]), '000100002e66'],
  ],
  invalid: [...notNumbers, [65520], [1e300]],
  malformed: ['', '000000', '00010000', '0001000000', '00010000000000', 'ffff0000'],
}

export const sparsevecCases: CodecCases<SparseVector> = {
  codec: sparsevec,
  valid: [
    [{ dimensions: 1, indices: [], values: [] }, '{}/1', '000000010000000000000000'],
    [{ dimensions: 5, indices: [0, 2], values: [1.5, -2] }, '{1:1.5,3:-2}/5', '00000005000000020000000000000000000000023fc00000c0000000'],
    [{ dimensions: 1_000_000_000, indices: [999_999_999], values: [3.4028235e38] }, '{1000000000:3.4028235e+38}/1000000000', '3b9aca0000000001000000003b9ac9ff7f7fffff'],
  ],
  invalid: [
    '{}/1',
    null,
    [],
    {},
    { dimensions: 0, indices: [], values: [] },
    { dimensions: 1_000_000_001, indices: [], values: [] },
    { dimensions: 1.5, indices: [], values: [] },
    { dimensions: '1', indices: [], values: [] },
    { dimensions: 2, indices: [0], values: [] },
    { dimensions: 2, indices: [2], values: [1] },
    { dimensions: 2, indices: [-1], values: [1] },
    { dimensions: 2, indices: [0.5], values: [1] },
    { dimensions: 2, indices: [1, 0], values: [1, 1] },
    { dimensions: 2, indices: [0, 0], values: [1, 1] },
    { dimensions: 2, indices: [0], values: [0] },
    { dimensions: 2, indices: [0], values: [1e-50] },
    { dimensions: 2, indices: [0], values: [Number.NaN] },
    { dimensions: 2, indices: [0], values: [Infinity] },
    { dimensions: 2, indices: [0], values: ['1'] },
    { dimensions: 20_000, indices: Array.from({ length: 16_001 }, (_, index) => index), values: new Array(16_001).fill(1) },
  ],
  malformed: ['', '0000000100000000000000', '000000010000000100000000', '00000001ffffffff00000000', '000000017fffffff00000000', '00000001000000000000000000'],
}
