/**
 * Rows in COPY's binary format: a header, rows as a server sends them, and a count of -1 at the end.
 * @see https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT
 */
import type { SendBuffer } from '../bytes/send-buffer.ts'
import { CodecError } from '../errors/codec-error.ts'
import { readsTexts } from './reads-texts.ts'
import {
  type CopiedColumn,
  fieldOf,
  needsText,
  refuseText,
  refuseUndefined,
  requireRow,
  type RowWriter,
} from './row-writer.ts'

/** The signature, no flags, and no extension of the header. */
const HEADER: Uint8Array = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')

export function writeBinaryHeader(out: SendBuffer): void {
  out.raw(HEADER)
}

export function writeBinaryTrailer(out: SendBuffer): void {
  out.int16(-1)
}

/**
 * The function that writes the rows of one table: generated, with a call site of its own for each column, so that V8
 * inlines the codecs. Where code generation is forbidden, a loop does the same. What enters the source is structure alone.
 */
export function binaryRowWriter(columns: readonly CopiedColumn[]): RowWriter {
  const explain: Explain = (column: number, error: unknown): never => {
    const { key, codec } = columns[column]!
    throw CodecError.encodeField(key, codec.name, error)
  }
  return generated(columns, explain) ?? interpreted(columns, explain)
}

type Explain = (column: number, error: unknown) => never

function interpreted(columns: readonly CopiedColumn[], explain: Explain): RowWriter {
  return (row, out) => {
    const source = requireRow(row, columns.length)
    out.int16(columns.length)
    for (let index = 0; index < columns.length; index++) {
      const { key, codec } = columns[index]!
      const value = fieldOf(source, index, key)
      try {
        if (value === null) {
          out.int32(-1)
          continue
        }
        if (value === undefined) refuseUndefined()
        if (needsText(codec, value)) refuseText()
        out.int32(0)
        const start = out.length
        codec.encode(value, out)
        out.patchInt32(start - 4, out.length - start)
      } catch (error) {
        explain(index, error)
      }
    }
  }
}

function generated(columns: readonly CopiedColumn[], explain: Explain): RowWriter | null {
  const encoders = columns.map((_, index) => `e${index}`)
  const source = `"use strict"
function write(out, ${columns.map((_, at) => `v${at}`).join(', ')}) {
let column = 0
try {
let start = 0
out.int16(${columns.length})
${columns.map(({ codec }, at) => columnSource(at, codec)).join('\n')}
} catch (error) { explain(column, error) }
}
return function writeRow(row, out) {
if (Array.isArray(row) && row.length === ${columns.length}) write(out, ${columns.map((_, at) => `row[${at}]`).join(', ')})
else { requireRow(row, ${columns.length}); write(out, ${columns.map(({ key }) => `row[${literal(key)}]`).join(', ')}) }
}`
  try {
    // oxlint-disable-next-line no-implied-eval, no-new-func -- see the comment above for what may enter it
    const make = new Function(
      'codecs',
      'explain',
      'requireRow',
      'refuseUndefined',
      'refuseText',
      'needsText',
      ...encoders,
      source,
    )
    const codecs = columns.map((column) => column.codec)
    const encode = codecs.map((codec) => codec.encode)
    return make(codecs, explain, requireRow, refuseUndefined, refuseText, needsText, ...encode) as RowWriter
  } catch {
    return null
  }
}

function columnSource(at: number, codec: CopiedColumn['codec']): string {
  const { prefersText } = codec
  let check = ''
  if (prefersText !== undefined) check = `if (needsText(codecs[${at}], v${at})) refuseText()\n`
  else if (!readsTexts(codec)) check = `if (typeof v${at} === 'string') refuseText()\n`
  return `column = ${at}
if (v${at} === null) out.int32(-1)
else {
if (v${at} === undefined) refuseUndefined()
${check}out.int32(0)
start = out.length
e${at}(v${at}, out)
out.patchInt32(start - 4, out.length - start)
}`
}

function literal(key: string): string {
  return JSON.stringify(key).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
