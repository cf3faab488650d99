import type { CodecCases } from '../shape.cases.ts'
import { textRows } from './text-rows.cases.ts'
import { aclitem, internalCodecs, money, refcursor, xml } from './text-only.ts'

export const moneyCases: CodecCases<string> = {
  codec: money,
  valid: textRows('$0.00', '-$1,234.56', '$92,233,720,368,547,758.07'),
  invalid: ['\0', '\ud800', {}, null, 1.5, 2 ** 53, Number.NaN, Infinity, true],
  malformed: [],
}

export const xmlCases: CodecCases<string> = {
  codec: xml,
  valid: textRows('', '<a b="c">ü</a>', 'text, <b/> and more', '<!--c--><a/>'),
  recorded: [
    ['', ''],
    ['<a b="c">ü</a>', '3c6120623d2263223ec3bc3c2f613e'],
    ['text, <b/> and more', '746578742c203c622f3e20616e64206d6f7265'],
    ['<!--c--><a/>', '3c212d2d632d2d3e3c612f3e'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

export const refcursorCases: CodecCases<string> = {
  codec: refcursor,
  valid: textRows('', 'c', '<unnamed portal 1>'),
  recorded: [
    ['', ''],
    ['c', '63'],
    ['<unnamed portal 1>', '3c756e6e616d656420706f7274616c20313e'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

export const aclitemCases: CodecCases<string> = {
  codec: aclitem,
  valid: textRows('=r/pg_monitor', 'pg_monitor=arw*/pg_read_all_stats'),
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

/** The server reads none of these, so that their bytes stand for any. */
export const internalCases: readonly CodecCases<string>[] = internalCodecs.map((codec) => ({
  codec,
  valid: textRows('{"1, 2": 3}'),
  recorded: codec.decodeBinary === undefined ? [] : [codec.name === 'pg_node_tree' ? ['{CONST', '7b434f4e5354'] : ['\\x01ff', '01ff']],
  invalid: ['\0', {}],
  malformed: [],
}))
