import { decodeText } from '../../bytes/decode-text.ts'
import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { requireText } from '../plain-text.ts'

const SAMPLES = ['', 'a', 'NULL', ' "quoted", {or} \\not ', 'ü🐘', 'two\nlines']

/** Text of any length, in UTF-8. Encodes strings, and numbers, bigints and booleans as JavaScript prints them. */
export const text: Codec<string> = textLike('text', 25, 1009)

/** Text with an optional limit, which the server enforces. */
export const varchar: Codec<string> = textLike('varchar', 1043, 1015)

/** `character(n)`: the blanks it is padded with are kept. */
export const bpchar: Codec<string> = textLike('bpchar', 1042, 1014, ['', 'a  ', 'ü🐘'])

/** Names of the system catalogs, up to 63 bytes. */
export const name: Codec<string> = textLike('name', 19, 1003, ['', 'pg_class', 'a b', 'ü🐘'])

/** A literal whose type the server has not decided. */
export const unknown: Codec<string> = textLike('unknown', 705, 0)

/** What the server's own functions call a C string. */
export const cstring: Codec<string> = textLike('cstring', 2275, 1263)

function textLike(typname: string, oid: number, arrayOid: number, samples: readonly string[] = SAMPLES): Codec<string> {
  return defineCodec<string>({
    name: typname,
    oid,
    arrayOid,
    typescript: { select: 'string', insert: 'string' },
    samples,
    encodesStrings: true,
    decode,
    encode,
    fromText: (source) => source,
    toText: requireText,
  })
}

function decode(bytes: Buffer, _view: DataView, offset: number, length: number): string {
  return decodeText(bytes, offset, length)
}

function encode(value: unknown, out: SendBuffer): void {
  out.text(typeof value === 'string' ? value : requireText(value))
}
