/** Rows in COPY's text format, with its defaults: a tab between values, `\N` for NULL, a newline behind each row. */
import { CodecError } from '../errors/codec-error.ts'
import { textOf } from '../types/text-form.ts'
import { type CopiedColumn, fieldOf, refuseUndefined, requireRow, type RowWriter } from './row-writer.ts'

const TAB = 0x09
const NEWLINE = 0x0a

const SPECIAL = /[\\\t\n\r]/

/** The backslash first, because the others become one. */
const escapes = [
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
] as const

export function textRowWriter(columns: readonly CopiedColumn[]): RowWriter {
  return (row, out) => {
    const source = requireRow(row, columns.length)
    for (let index = 0; index < columns.length; index++) {
      const { key, codec } = columns[index]!
      if (index > 0) out.uint8(TAB)
      const value = fieldOf(source, index, key)
      try {
        if (value === undefined) refuseUndefined()
        out.text(value === null ? '\\N' : escaped(textOf(codec, value)))
      } catch (error) {
        throw CodecError.encodeField(key, codec.name, error)
      }
    }
    out.uint8(NEWLINE)
  }
}

/** Most texts have nothing of the kind: the test alone takes 50 ns, a replacement by a function 160. */
function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text
  return escapes.reduce((all, [character, written]) => all.replaceAll(character, written), text)
}
