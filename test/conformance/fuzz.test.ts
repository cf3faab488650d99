/** What no server sends, into every decoder: it gives a value or a reason, at once, and takes no more memory than it was given. */
import { inspect, isDeepStrictEqual } from 'node:util'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../../packages/dialect/src/bytes/send-buffer.ts'
import { InvalidValueError } from '../../packages/dialect/src/errors/codec-error.ts'
import { arrayOf } from '../../packages/dialect/src/types/arrays/array-of.ts'
import { builtInCodecs, scalarCodecs } from '../../packages/dialect/src/types/built-in.ts'
import { codecCases } from '../../packages/dialect/src/types/codec.cases.ts'
import type { Codec } from '../../packages/dialect/src/types/codec.ts'
import { compositeOf } from '../../packages/dialect/src/types/composites/composite-of.ts'
import { extensionCases } from '../../packages/dialect/src/types/extensions.cases.ts'
import { extensionCodecs } from '../../packages/dialect/src/types/extensions.ts'
import { valueFromText } from '../../packages/dialect/src/types/text-form.ts'
import { runs, seed } from './differential.ts'

/** What a decoder may allocate for bytes and texts of a few hundred bytes, whatever counts they claim. */
const MAX_ALLOCATED_BYTES = 16 * 1024 * 1024
/** Of the processor, for one value of up to a megabyte; an attempt that stalls takes minutes. */
const MAX_VALUE_MS = 2_000

const LONG = 100_000

const binaryComposite = compositeOf(
  { name: 'binary_pair', oid: 70_001, arrayOid: 70_002 },
  scalarCodecs
    .filter(({ name }) => ['int4', 'text', 'numeric'].includes(name))
    .map((codec) => ({ name: codec.name, codec })),
)
const textComposite = compositeOf(
  { name: 'text_pair', oid: 70_003, arrayOid: 70_004 },
  scalarCodecs
    .filter(({ name }) => ['int4', 'text', 'money', 'timestamptz'].includes(name))
    .map((codec) => ({ name: codec.name, codec })),
)
const nested = compositeOf({ name: 'nested', oid: 70_005 }, [
  { name: 'pairs', codec: arrayOf(binaryComposite) },
  { name: '__proto__', codec: textComposite },
])
const extensions = extensionCodecs.map(withOids)

const codecs: readonly Codec[] = [
  ...builtInCodecs,
  ...extensions,
  ...extensions.map((codec) => arrayOf<unknown>(codec)),
  binaryComposite,
  textComposite,
  arrayOf(binaryComposite),
  arrayOf(textComposite),
  nested,
]

type Decode = (bytes: Buffer, view: DataView, offset: number, length: number) => unknown

describe.each(codecs.map((codec) => ({ name: codec.name, codec })))(`$name (seed ${seed})`, ({ codec }) => {
  const texts = codec.samples
  const values = texts.map((text) => valueFromText(codec, text))
  const decoders: [title: string, decode: Decode, wires: readonly Buffer[], size: number][] = [
    ['its bytes', codec.decode, wiresOf(codec, values), codec.size],
  ]
  if (codec.decodeBinary !== undefined) decoders.push(['its binary form', codec.decodeBinary, binaryFormsOf(codec), -1])

  for (const [title, decode, wires, size] of decoders) {
    test(`${title}: random ones give a value or a reason`, () => {
      const length = size === -1 ? { maxLength: 80 } : { minLength: size, maxLength: size }
      const bytes = fc.oneof(
        fc.uint8Array(length),
        ...(size === -1 ? [fc.array(word).map((words) => Buffer.concat(words))] : []),
      )
      fc.assert(
        fc.property(bytes, (each) => decodes(decode, Buffer.from(each))),
        { numRuns: runs, seed },
      )
    })

    test(`${title}: changed, shortened and extended ones give a value or a reason`, () => {
      if (wires.length === 0) return
      const property = fc.property(
        fc.constantFrom(...wires),
        fc.array(change, { maxLength: 4 }),
        fc.nat(),
        fc.uint8Array({ maxLength: 8 }),
        (wire, changes, cut, more) => {
          const bytes = Buffer.from(wire)
          for (const apply of changes) apply(bytes)
          if (size !== -1) return decodes(decode, bytes)
          decodes(
            decode,
            Buffer.concat([bytes.subarray(0, cut % 3 === 0 ? cut % (bytes.length + 1) : bytes.length), more]),
          )
        },
      )
      fc.assert(property, { numRuns: runs * 5, seed })
    })

    test(`${title}: hostile counts cost no memory`, () => {
      const hostile = [0x7fff_ffff, 0xffff_ffff, 0x8000_0000, 0x0fff_ffff, 0x0010_0000, 0x7fff]
      for (const wire of wires) {
        for (let at = 0; at + 4 <= Math.min(wire.length, 48); at++) {
          for (const count of hostile) {
            const bytes = Buffer.from(wire)
            bytes.writeUInt32BE(count, at)
            decodes(decode, bytes)
          }
        }
      }
    })
  }

  test('its text: any gives a value or a reason', () => {
    if (codec.fromText === undefined) return
    const { fromText } = codec
    const text = fc.oneof(
      mutated(texts),
      fc.string({ unit: fc.constantFrom(...'{}()[]<>,;:"\'\\ =+-.eETPYMDHS0123456789naif/&|!'.split('')) }),
      fc.string(),
    )
    fc.assert(
      fc.property(text, (each) => void givesValueOrReason(() => fromText(each))),
      { numRuns: runs * 5, seed },
    )
  })

  test('its text: a long one is read at once', () => {
    if (codec.fromText === undefined) return
    const { fromText } = codec
    const parts = [
      '{',
      '(',
      '[',
      '"',
      '\\',
      '{"',
      '("',
      '9',
      '0',
      ' ',
      '-',
      'P1',
      '1,',
      '::',
      '(,',
      '{},',
      "'",
      ...texts,
    ]
    for (const part of parts) {
      for (const text of [
        part.repeat(LONG / Math.max(part.length, 1)),
        `${part.repeat(LONG / Math.max(part.length, 1))}!`,
      ]) {
        const start = processorMs()
        givesValueOrReason(() => fromText(text))
        expect(processorMs() - start, inspect(part)).toBeLessThan(MAX_VALUE_MS)
      }
    }
  })
})

const word = fc.constantFrom(0, 1, 2, 6, 23, 25, -1, 0x7fff_ffff, -0x8000_0000, 0x20).map((value) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
})

/** Changes bytes in place: one bit, one byte, or four. */
const change: fc.Arbitrary<(bytes: Buffer) => void> = fc
  .tuple(fc.nat(), fc.nat(2), fc.nat(7), fc.constantFrom(0, 1, 4, 0x7f, 0x80, 0xff), word)
  .map(([place, kind, bit, byte, four]) => (bytes) => {
    if (bytes.length === 0) return
    const at = place % bytes.length
    if (kind === 0) bytes[at]! ^= 1 << bit
    else if (kind === 1) bytes[at] = byte
    else four.copy(bytes, at)
  })

function mutated(texts: readonly string[]): fc.Arbitrary<string> {
  if (texts.length === 0) return fc.string()
  return fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...'{}()[],"\\ :-+.09aTP\0é\ud800'.split(''))), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    .map(([text, changes]) =>
      changes.reduce((source, [place, removed, inserted]) => {
        const at = place % (source.length + 1)
        return source.slice(0, at) + inserted + source.slice(at + removed)
      }, text),
    )
}

/** Decodes bytes that end where the memory ends, and the same among others: nothing may depend on what is around. */
function decodes(decode: Decode, value: Buffer): void {
  const alone = Buffer.from(new ArrayBuffer(value.length))
  value.copy(alone)
  const among = Buffer.from(new ArrayBuffer(value.length + 64)).fill(0x01)
  value.copy(among, 3)
  const before = allocated()
  const start = processorMs()
  const one = givesValueOrReason(() => decode(alone, new DataView(alone.buffer), 0, value.length))
  expect(processorMs() - start).toBeLessThan(MAX_VALUE_MS)
  expect(allocated() - before, value.toString('hex')).toBeLessThan(MAX_ALLOCATED_BYTES)
  const two = givesValueOrReason(() => decode(among, new DataView(among.buffer), 3, value.length))
  if (!isDeepStrictEqual(one, two)) expect(two, value.toString('hex')).toStrictEqual(one)
}

/** What was decoded, or the message of the reason. */
function givesValueOrReason(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error
    return error.message
  }
}

/** What this process has had of the processor: a machine that has other things to do does not count. */
function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

function allocated(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** The bytes of the cases, and of the samples as far as they are encoded. */
function wiresOf(codec: Codec, values: readonly unknown[]): Buffer[] {
  const cases = [...codecCases, ...extensionCases].find((each) => each.codec.name === codec.name)
  const wires = (cases?.valid ?? []).map(([, , wire]) => Buffer.from(wire, 'hex'))
  for (const value of values) {
    const out = new SendBuffer()
    try {
      codec.encode(value, out)
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error
      continue
    }
    wires.push(Buffer.from(out.bytes.subarray(0, out.length)))
  }
  return wires.filter(({ length }) => codec.size === -1 || length === codec.size)
}

/** There is no encoder for it: a count, an OID and lengths are what all of them are made of. */
function binaryFormsOf({ name }: Codec): Buffer[] {
  return [
    '00000000',
    '00000001',
    '0000000000000001',
    `00000001${'00'.repeat(20)}`,
    Buffer.from(`${name}\0`).toString('hex'),
  ].map((wire) => Buffer.from(wire, 'hex'))
}

function withOids(codec: Codec, index: number): Codec {
  return { ...codec, oid: 80_000 + index, arrayOid: 81_000 + index }
}
