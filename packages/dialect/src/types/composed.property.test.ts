/** Types made of types at random: whatever is put together, its values arrive as they were sent, in binary and in text. */
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { SendBuffer } from '../bytes/send-buffer.ts'
import { InvalidValueError } from '../errors/codec-error.ts'
import { arrayOf } from './arrays/array-of.ts'
import { BINARY, type Codec } from './codec.ts'
import { compositeOf } from './composites/composite-of.ts'
import { recordOf } from './composites/record-of.ts'
import { multirangeOf } from './ranges/multirange-of.ts'
import { rangeOf } from './ranges/range-of.ts'
import { Range, type RangeBounds } from './ranges/range-value.ts'
import { requireSize } from './rows/row-function.ts'
import { int8 } from './scalars/int8.ts'
import { int4 } from './scalars/integers.ts'
import { text } from './scalars/text.ts'
import { domainOf } from './server-types/domain-of.ts'
import { enumOf } from './server-types/enum-of.ts'
import { asText } from './text-fallback.ts'
import { textOf, valueFromText } from './text-form.ts'

/** A type, and values of it. */
interface Sample {
  readonly codec: Codec
  readonly values: fc.Arbitrary<unknown>
}

const syntax = fc.stringMatching(/^[(){}[\],"\\ ;a\n]*$/)
const anyText = fc.oneof(
  syntax,
  fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0') && value.isWellFormed()),
  fc.constantFrom('', 'NULL', 'null', 'empty'),
)
const bounds = fc.constantFrom<RangeBounds>('[)', '[]', '(]', '()')

const leaves: readonly Sample[] = [
  { codec: int4, values: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }) },
  { codec: int8, values: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  { codec: text, values: anyText },
  { codec: enumOf('mood', 16_500, 16_501, ['ok', 'a "b"']), values: fc.constantFrom('ok', 'a "b"') },
  { codec: asText('box', 16_510, { arrayOid: 16_511, delimiter: ';' }), values: anyText },
]

let nextOid = 20_000

const samples: fc.Arbitrary<Sample> = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(...leaves),
    tie('sample').map(arrayOfSample),
    tie('sample').map(rangeOfSample),
    tie('sample').map(multirangeOfSample),
    tie('sample').map(domainOfSample),
    fc.array(tie('sample'), { maxLength: 4 }).map(compositeOfSamples),
  ),
})).sample

const typedValues = samples.chain(({ codec, values }) => values.map((value) => ({ codec, value })))

test('arrives as it was sent', () => {
  fc.assert(
    fc.property(typedValues, ({ codec, value }) => {
      expect(decode(codec, encode(codec, value))).toStrictEqual(value)
    }),
    { numRuns: 2000 },
  )
})

test('arrives as it was sent in text, whatever it travels as', () => {
  fc.assert(
    fc.property(typedValues, ({ codec, value }) => {
      // A string for a whole type is its text already.
      expect(valueFromText(codec, textOf(codec, value))).toStrictEqual(value)
    }),
    { numRuns: 2000 },
  )
})

test('arrives as it was sent in a record', () => {
  const binary = samples.filter(({ codec }) => codec.format === BINARY)
  const records = fc
    .array(binary, { maxLength: 4 })
    .chain((fields) =>
      fc.tuple(...fields.map(({ values }) => fc.option(values, { nil: null }))).map((values) => ({ fields, values })),
    )
  fc.assert(
    fc.property(records, ({ fields, values }) => {
      const codecs = new Map(fields.map(({ codec }) => [codec.oid, codec]))
      const composite = compositeOf(
        { name: 'any' },
        fields.map(({ codec }, index) => ({ name: String(index), codec })),
      )
      expect(
        decode(
          recordOf((oid) => codecs.get(oid)),
          encode(composite, values),
        ),
      ).toStrictEqual(values)
    }),
  )
})

test('gives a value or a reason after any change to its bytes', () => {
  const damage = fc.array(fc.tuple(fc.nat(300), fc.constantFrom(0, 1, 4, 0x16, 0x22, 0x2c, 0x7f, 0x80, 0xff)), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(typedValues, damage, fc.integer({ min: -20, max: 20 }), ({ codec, value }, changes, growth) => {
      const intact = encode(codec, value)
      const bytes = Buffer.alloc(Math.max(0, intact.length + growth), 0x29)
      intact.copy(bytes)
      for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte
      givesValueOrReason(() => decode(codec, bytes))
    }),
    { numRuns: 5000 },
  )
})

test('gives a value or a reason for any text', () => {
  const damage = fc.tuple(fc.nat(60), fc.nat(10), syntax)
  fc.assert(
    fc.property(typedValues, damage, ({ codec, value }, [at, removed, inserted]) => {
      const source = textOf(codec, value)
      const changed = source.slice(0, at) + inserted + source.slice(at + removed)
      givesValueOrReason(() => valueFromText(codec, changed))
    }),
    { numRuns: 5000 },
  )
})

test('gives a value or a reason for any bytes in place of a record', () => {
  const codecs = new Map(leaves.map(({ codec }) => [codec.oid, codec]))
  const record: Codec<unknown[]> = recordOf((oid) => (oid === 2249 ? record : codecs.get(oid)))
  const word = fc.constantFrom(0, 1, 2, 4, 8, 0x17, 0x19, 2249, 0x7fff_ffff, 0xffff_ffff)
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), fc.uint8Array({ maxLength: 3 }), (words, rest) => {
      const bytes = Buffer.alloc(words.length * 4 + rest.length)
      for (const [index, value] of words.entries()) bytes.writeUInt32BE(value, index * 4)
      bytes.set(rest, words.length * 4)
      givesValueOrReason(() => decode(record, bytes))
    }),
    { numRuns: 5000 },
  )
})

function arrayOfSample({ codec, values }: Sample): Sample {
  // An array of an array is another dimension of it, unless a domain is between them.
  return domainOfSample({ codec: arrayOf(codec), values: fc.array(fc.option(values, { nil: null }), { maxLength: 3 }) })
}

function rangeOfSample({ codec, values }: Sample): Sample {
  const bound = fc.option(values, { nil: null })
  const range = rangeOf(codec, { name: 'range', oid: nextOid++, arrayOid: nextOid++ })
  const ranges = fc.record({ lower: bound, upper: bound, bounds }).map((parts) => new Range(parts))
  return { codec: range, values: fc.oneof({ weight: 5, arbitrary: ranges }, fc.constant(Range.empty)) }
}

function multirangeOfSample(sample: Sample): Sample {
  const { codec, values } = rangeOfSample(sample)
  const identity = { name: 'multirange', oid: nextOid++, arrayOid: nextOid++ }
  const ranges = values.filter((range) => !(range as Range<unknown>).empty)
  return { codec: multirangeOf(codec as Codec<Range<unknown>>, identity), values: fc.array(ranges, { maxLength: 3 }) }
}

function domainOfSample({ codec, values }: Sample): Sample {
  return { codec: domainOf('domain', nextOid++, nextOid++, codec), values }
}

function compositeOfSamples(samples: readonly Sample[]): Sample {
  const names = ['a', '__proto__', 'b c', '1']
  const fields = samples.map(({ codec }, index) => ({ name: names[index]!, codec }))
  const values = fc
    .tuple(...samples.map((sample) => fc.option(sample.values, { nil: null })))
    .map((each) => Object.fromEntries(each.map((value, index) => [names[index]!, value])))
  return { codec: compositeOf({ name: 'composite', oid: nextOid++, arrayOid: nextOid++ }, fields), values }
}

function givesValueOrReason(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidValueError)
  }
}

function encode(codec: Codec, value: unknown): Buffer {
  const out = new SendBuffer()
  codec.encode(value, out)
  return out.bytes.subarray(0, out.length)
}

/** Decodes the bytes where they would stand in a receive buffer, with others around them. */
function decode(codec: Codec, value: Buffer): unknown {
  requireSize(codec, value.length)
  const bytes = Buffer.allocUnsafeSlow(value.length + 6).fill(0xee)
  value.copy(bytes, 3)
  return codec.decode(bytes, new DataView(bytes.buffer), 3, value.length)
}
