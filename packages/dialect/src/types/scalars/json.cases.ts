/* A jsonb of three members is decoded in 437 ns and encoded in 310 ns, nearly all of it in JSON.parse and JSON.stringify. A parser of our own over
 * the bytes took 250 ns for it, but 1,330 instead of 790 ns for a document of 160 bytes.
 * Client CPU by test/bench/micro/codecs.ts, Node 24. */
import type { CodecCases } from '../shape.cases.ts'
import { json, jsonb } from './json.ts'

const cyclic: unknown[] = []
cyclic.push(cyclic)

/** Deeper than `JSON.stringify` can go. */
let deep: unknown = []
for (let level = 0; level < 200_000; level++) deep = [deep]

const hexOf = (source: string): string => Buffer.from(source).toString('hex')

export const jsonCases: CodecCases<unknown> = {
  codec: json,
  valid: [
    [{ a: 1 }, '{"a":1}', '7b2261223a317d'],
    [[1, 'two', null, true], '[1,"two",null,true]', '5b312c2274776f222c6e756c6c2c747275655d'],
    [1.5, '1.5', '312e35'],
    [true, 'true', '74727565'],
    [[], '[]', '5b5d'],
    [{}, '{}', '7b7d'],
    [JSON.parse('{"__proto__":1}'), '{"__proto__":1}', '7b225f5f70726f746f5f5f223a317d'],
    [{ ü: '🐘' }, '{"ü":"🐘"}', '7b22c3bc223a22f09f9098227d'],
  ],
  accepted: [
    ['{"a" : 1}', '7b226122203a20317d'],
    [new Date(0), '22313937302d30312d30315430303a30303a30302e3030305a22'],
    [{ toJSON: () => 7 }, '37'],
    [null, '6e756c6c'],
    ['null', '6e756c6c'],
    ['"text"', '227465787422'],
    // A lone surrogate and a NUL have an escape in JSON. What they mean is the server's business.
    [{ a: '\ud800\0' }, hexOf(String.raw`{"a":"\ud800\u0000"}`)],
    [Object.assign(Object.create(null) as object, { a: 1 }), '7b2261223a317d'],
  ],
  read: [
    ['null', null],
    ['"text"', 'text'],
    [' { "a" :\n1 } ', { a: 1 }],
    [String.raw`{"a":"\ud800\u0000"}`, { a: '\ud800\0' }],
    ['9007199254740993', 9007199254740992],
  ],
  unreadable: ['', '{', "{'a':1}", '[1,]', '01', 'undefined', 'NaN'],
  invalid: [undefined, Number.NaN, Infinity, new Date(Number.NaN), deep, { deep }, '"\ud800"', '"\0"', 7n, { a: 7n }, cyclic, () => 1, Symbol('a'), Buffer.from('a'), new Uint8Array(1), new ArrayBuffer(1), new Map(), new Set()],
  malformed: ['', '7b', '22', '5b5d5d'],
}

export const jsonbCases: CodecCases<unknown> = {
  codec: jsonb,
  valid: [
    [1.5, '1.5', '01312e35'],
    [false, 'false', '0166616c7365'],
  ],
  accepted: [
    [{ a: 1 }, '017b2261223a317d'],
    [[1, 'two', null, true], '015b312c2274776f222c6e756c6c2c747275655d'],
    [JSON.parse('{"__proto__": 1}'), '017b225f5f70726f746f5f5f223a317d'],
    ['{"a" : 1}', '017b226122203a20317d'],
    [null, '016e756c6c'],
  ],
  // The server puts blanks where JSON.stringify puts none.
  received: [
    ['{"a": 1}', '017b2261223a20317d', { a: 1 }],
    ['[1, "two", null, true]', '015b312c202274776f222c206e756c6c2c20747275655d', [1, 'two', null, true]],
    ['{"__proto__": 1}', '017b225f5f70726f746f5f5f223a20317d', JSON.parse('{"__proto__": 1}')],
  ],
  unreadable: ['', '{', '\u0001{}'],
  invalid: [undefined, Number.NaN, 7n, deep, cyclic, Buffer.from('a'), new Map()],
  malformed: ['', '01', '00', '027b7d', '017b'],
}
