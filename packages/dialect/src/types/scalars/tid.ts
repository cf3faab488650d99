import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

const SYNTAX = /^\((\d{1,10}),(\d{1,5})\)$/
const BLOCK_MAX = 0xffff_ffff
const OFFSET_MAX = 0xffff

/** Where a row version stands in its table, `ctid`, as the server prints it: '(block,offset)'. Encodes such strings. */
export const tid: Codec<string> = defineCodec<string>({
  name: 'tid',
  oid: 27,
  arrayOid: 1010,
  size: 6,
  typescript: { select: 'string', insert: 'string' },
  samples: ['(0,1)', '(0,0)', '(4294967295,65535)'],
  decode: (_bytes, view, offset) => `(${view.getUint32(offset)},${view.getUint16(offset + 4)})`,
  encode: (value, out) => {
    const [block, offset] = partsOf(value)
    out.uint32(block)
    out.uint16(offset)
  },
  fromText: formatted,
  toText: formatted,
})

function partsOf(value: unknown): [block: number, offset: number] {
  const match = typeof value === 'string' ? SYNTAX.exec(value) : null
  if (match === null) throw new InvalidValueError("not '(block,offset)'")
  const block = Number(match[1])
  const offset = Number(match[2])
  if (block > BLOCK_MAX || offset > OFFSET_MAX) throw new InvalidValueError('out of range for tid')
  return [block, offset]
}

function formatted(value: unknown): string {
  return `(${partsOf(value).join(',')})`
}
