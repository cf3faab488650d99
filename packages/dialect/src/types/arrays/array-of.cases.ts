import type { CodecCases } from '../shape.cases.ts'
import { arrayOf } from './array-of.ts'
import { BoundedArray } from './bounded-array.ts'
import { bool } from '../scalars/bool.ts'
import { bytea } from '../scalars/bytea.ts'
import { float8 } from '../scalars/floats.ts'
import { int8 } from '../scalars/int8.ts'
import { int2, int4 } from '../scalars/integers.ts'
import { jsonb } from '../scalars/json.ts'
import { numeric } from '../scalars/numeric.ts'
import { text } from '../scalars/text.ts'
import { timestamptz } from '../scalars/timestamp.ts'

const cyclic: unknown[] = []
cyclic.push(cyclic)

export const int4ArrayCases: CodecCases<unknown[]> = {
  codec: arrayOf(int4),
  valid: [
    [[], '{}', '000000000000000000000017'],
    [[1], '{1}', '00000001000000000000001700000001000000010000000400000001'],
    [[1, 2, 3], '{1,2,3}', '0000000100000000000000170000000300000001000000040000000100000004000000020000000400000003'],
    [[1, null, 3], '{1,NULL,3}', '00000001000000010000001700000003000000010000000400000001ffffffff0000000400000003'],
    [[null], '{NULL}', '0000000100000001000000170000000100000001ffffffff'],
    [[[1, 2], [3, null]], '{{1,2},{3,NULL}}', '00000002000000010000001700000002000000010000000200000001000000040000000100000004000000020000000400000003ffffffff'],
    [[[[1], [2]], [[4], [5]], [[null], [7]]], '{{{1},{2}},{{4},{5}},{{NULL},{7}}}', '0000000300000001000000170000000300000001000000020000000100000001000000010000000400000001000000040000000200000004000000040000000400000005ffffffff0000000400000007'],
    [[[[[[[1, 2]]]]]], '{{{{{{1,2}}}}}}', '00000006000000000000001700000001000000010000000100000001000000010000000100000001000000010000000100000001000000020000000100000004000000010000000400000002'],
  ],
  accepted: [
    [[[]], '000000000000000000000017'],
    [[[], []], '000000000000000000000017'],
    [[7n], '00000001000000000000001700000001000000010000000400000007'],
    [new BoundedArray([1, 2], [0]), '000000010000000000000017000000020000000000000004000000010000000400000002'],
    [new BoundedArray([1, 2], [1]), '000000010000000000000017000000020000000100000004000000010000000400000002'],
  ],
  received: [
    ['[0:1]={1,2}', '000000010000000000000017000000020000000000000004000000010000000400000002', [1, 2]],
    ['[1:3][-1:0]={{1,2},{4,5},{6,7}}', '000000020000000000000017000000030000000100000002ffffffff000000040000000100000004000000020000000400000004000000040000000500000004000000060000000400000007', [[1, 2], [4, 5], [6, 7]]],
  ],
  unreadable: ['', '{', '}', '1', '{1', '{1,}', '{,1}', '{1}}', '{1.5}', '{1, 2}', '{""}', '{a}', '{1,{2}}', '{{1},2}', '{{1},{2,3}}', '{{1},NULL}', '{{},{}}', '{{{{{{{1}}}}}}}', '[0:1]={1,2,3}', '[0:1]={{1,2}}', '[1:1]={{1}}', '[1:1][1:2]={1,2}', '[1:0]={}', '[0:1]', '[0:1={1,2}', '[0:]={1,2}', '[:1]={1,2}', '[-:1]={1,2}', '[a:1]={1,2}', '[]={1}', '={1}', '[2147483647:2147483647]={1}', '[-2147483649:-2147483649]={1}', '[99999999999:99999999999]={1}', '[1:1][1:1][1:1][1:1][1:1][1:1][1:1]={{{{{{{1}}}}}}}'],
  invalid: [[1.5], [undefined], [1, [2]], [[1], 2], [[1], [2, 3]], [[1], null], [[], [1]], [null, [1]], [, 1], [[[[[[[1]]]]]]], cyclic, 7, null, {}, '{1}', [true], [new Int32Array(1)], new ArrayBuffer(4), new DataView(new ArrayBuffer(4)), Buffer.from('a')],
  malformed: ['', '00000001', 'ffffffff0000000000000017', '000000070000000000000017', '7fffffff0000000000000017', '000000000000000000000019', '00000000000000000000001700', '000000010000000000000017', '0000000100000000000000177fffffff00000001', '0000000100000000000000178000000000000001', '00000001000000000000001700000001000000010000000500000000', '000000010000000000000017000000010000000100000003000000', '00000001000000000000001700000001000000010000000400000001ff', '0000000100000000000000170000000100000001fffffffe', '000000020000000000000017000100000000000100010000000000017fffffff', '00000002000000000000001700000000000000017fffffff00000001'],
}

export const int4BoundedArrayCases: CodecCases<BoundedArray<unknown>> = {
  codec: arrayOf(int4, { bounds: 'kept' }),
  valid: [
    [new BoundedArray<unknown>([], []), '{}', '000000000000000000000017'],
    [new BoundedArray<unknown>([1, null], [1]), '{1,NULL}', '00000001000000010000001700000002000000010000000400000001ffffffff'],
    [new BoundedArray<unknown>([1, 2], [0]), '[0:1]={1,2}', '000000010000000000000017000000020000000000000004000000010000000400000002'],
    [new BoundedArray<unknown>([[1, 2], [4, 5], [6, 7]], [1, -1]), '[1:3][-1:0]={{1,2},{4,5},{6,7}}', '000000020000000000000017000000030000000100000002ffffffff000000040000000100000004000000020000000400000004000000040000000500000004000000060000000400000007'],
    [new BoundedArray<unknown>([[[[[[1, 2]]]]]], [1, 2, 3, 4, 5, 6]), '[1:1][2:2][3:3][4:4][5:5][6:7]={{{{{{1,2}}}}}}', '00000006000000000000001700000001000000010000000100000002000000010000000300000001000000040000000100000005000000020000000600000004000000010000000400000002'],
    [new BoundedArray<unknown>([1], [-2147483648]), '[-2147483648:-2147483648]={1}', '00000001000000000000001700000001800000000000000400000001'],
    [new BoundedArray<unknown>([1], [2147483646]), '[2147483646:2147483646]={1}', '000000010000000000000017000000017ffffffe0000000400000001'],
  ],
  accepted: [
    [[1, 2], '000000010000000000000017000000020000000100000004000000010000000400000002'],
    [new BoundedArray([[]], []), '000000000000000000000017'],
  ],
  unreadable: ['[0:1]={1,2,3}', '[2147483647:2147483647]={1}'],
  invalid: [
    new BoundedArray([1], []),
    new BoundedArray([1], [1, 1]),
    new BoundedArray([], [1]),
    new BoundedArray<unknown>([[1], [2]], [1]),
    new BoundedArray<unknown>([[1], [2, 3]], [1, 1]),
    new BoundedArray<unknown>([[1], 2], [1, 1]),
    new BoundedArray([1], [1.5]),
    new BoundedArray([1], [-2147483649]),
    new BoundedArray([1], [2147483647]),
    new BoundedArray([1, 2], [2147483646]),
    new BoundedArray([1], ['1' as unknown as number]),
    new BoundedArray([1], undefined as unknown as number[]),
    new BoundedArray(7 as unknown as number[], [1]),
    new BoundedArray<unknown>([[[[[[[1]]]]]]], [1, 1, 1, 1, 1, 1, 1]),
    [new BoundedArray([1], [1])],
    { values: [1], lowerBounds: [1] },
    [1.5],
  ],
  malformed: ['000000010000000000000017000000017fffffff0000000400000001', '000000010000000000000017000000027ffffffe00000004000000010000000400000002', '', '7fffffff0000000000000017', '0000000100000000000000177fffffff00000001'],
}

/** As many dimensions as there are bounds: the rest of the nesting is JSON. */
export const jsonbBoundedArrayCases: CodecCases<BoundedArray<unknown>> = {
  codec: arrayOf(jsonb, { bounds: 'kept' }),
  valid: [
    [new BoundedArray<unknown>([[1], [null]], [1, 0]), '[1:2][0:0]={{1},{NULL}}', '000000020000000100000eda00000002000000010000000100000000000000020131ffffffff'],
    [new BoundedArray<unknown>([[1], []], [1]), '{[1],[]}', '000000010000000000000eda000000020000000100000004015b315d00000003015b5d'],
  ],
  invalid: [new BoundedArray([1], [1, 1]), new BoundedArray<unknown>([[1], 2], [1, 1])],
  malformed: [],
}

export const textBoundedArrayCases: CodecCases<BoundedArray<unknown>> = {
  codec: arrayOf(text, { bounds: 'kept' }),
  valid: [
    [new BoundedArray<unknown>(['[0:1]=', ':', '\u00a0'], [5]), '[5:7]={[0:1]=,:,\u00a0}', '0000000100000000000000190000000300000005000000065b303a315d3d000000013a00000002c2a0'],
  ],
  invalid: [new BoundedArray(['\0'], [0])],
  malformed: [],
}

export const int2ArrayCases: CodecCases<unknown[]> = {
  codec: arrayOf(int2),
  valid: [
    [[1, -1, null], '{1,-1,NULL}', '000000010000000100000015000000030000000100000002000100000002ffffffffffff'],
  ],
  invalid: [[32768]],
  malformed: [],
}

export const int8ArrayCases: CodecCases<unknown[]> = {
  codec: arrayOf(int8),
  valid: [
    [['1', '-9223372036854775808', null], '{1,-9223372036854775808,NULL}', '0000000100000001000000140000000300000001000000080000000000000001000000088000000000000000ffffffff'],
  ],
  accepted: [
    [[1, 2n], '0000000100000000000000140000000200000001000000080000000000000001000000080000000000000002'],
  ],
  invalid: [[2 ** 53]],
  malformed: [],
}

export const float8ArrayCases: CodecCases<unknown[]> = {
  codec: arrayOf(float8),
  valid: [
    [[0.1, Number.NaN, -Infinity], '{0.1,NaN,-Infinity}', '0000000100000000000002bd0000000300000001000000083fb999999999999a000000087ff800000000000000000008fff0000000000000'],
    [[1.5, null], '{1.5,NULL}', '0000000100000001000002bd0000000200000001000000083ff8000000000000ffffffff'],
  ],
  invalid: [[{}]],
  malformed: [],
}

export const boolArrayCases: CodecCases<unknown[]> = {
  codec: arrayOf(bool),
  valid: [
    [[true, false, null], '{t,f,NULL}', '000000010000000100000010000000030000000100000001010000000100ffffffff'],
  ],
  invalid: [[1]],
  malformed: [],
}

export const textArrayCases: CodecCases<unknown[]> = {
  codec: arrayOf(text),
  valid: [
    [['', 'NULL', null, 'a"b', 'c\\d', '{e}', 'f,g', ' h ', 'ü🐘'], '{"","NULL",NULL,"a\\"b","c\\\\d","{e}","f,g"," h ",ü🐘}', '000000010000000100000019000000090000000100000000000000044e554c4cffffffff0000000361226200000003635c64000000037b657d00000003662c670000000320682000000006c3bcf09f9098'],
    [[['a', 'b'], ['c', null]], '{{a,b},{c,NULL}}', '00000002000000010000001900000002000000010000000200000001000000016100000001620000000163ffffffff'],
  ],
  accepted: [
    [[1, true], '000000010000000000000019000000020000000100000001310000000474727565'],
  ],
  invalid: [[{}], ['\0']],
  malformed: [],
}

export const byteaArrayCases: CodecCases<unknown[]> = {
  codec: arrayOf(bytea),
  valid: [
    [[Buffer.from('a'), Buffer.from('')], '{"\\\\x61","\\\\x"}', '0000000100000000000000110000000200000001000000016100000000'],
  ],
  invalid: [[7]],
  malformed: [],
}

export const numericArrayCases: CodecCases<unknown[]> = {
  codec: arrayOf(numeric),
  valid: [
    [['1.50', 'NaN', null], '{1.50,NaN,NULL}', '0000000100000001000006a400000003000000010000000c0002000000000002000113880000000800000000c0000000ffffffff'],
  ],
  accepted: [
    [[1.5, 7n], '0000000100000000000006a400000002000000010000000c0002000000000001000113880000000a00010000000000000007'],
  ],
  invalid: [[true]],
  malformed: [],
}

export const jsonbArrayCases: CodecCases<unknown[]> = {
  codec: arrayOf(jsonb),
  valid: [],
  accepted: [
    [[{ a: [1] }, [1, 2], 3, null], '000000010000000100000eda00000004000000010000000a017b2261223a5b315d7d00000006015b312c325d000000020133ffffffff'],
  ],
  received: [
    ['{"{\\"a\\": [1]}","[1, 2]",3,NULL}', '000000010000000100000eda00000004000000010000000b017b2261223a205b315d7d00000007015b312c20325d000000020133ffffffff', [{ a: [1] }, [1, 2], 3, null]],
  ],
  invalid: [[undefined], [7n]],
  malformed: [],
}

export const timestamptzArrayCases: CodecCases<unknown[]> = {
  codec: arrayOf(timestamptz),
  valid: [
    [[new Date('2024-02-29T20:31:23.648Z'), Infinity, null], '{"2024-02-29 20:31:23.648+00",infinity,NULL}', '0000000100000001000004a00000000300000001000000080002b589e95b6000000000087fffffffffffffffffffffff'],
  ],
  invalid: [[0]],
  malformed: [],
}
