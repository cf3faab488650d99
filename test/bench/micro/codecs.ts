/**
 * What each codec costs by itself: `node test/bench/micro/codecs.ts [name…]`. Client CPU per value, the best of several
 * rounds, over the values of its cases; all codecs are warmed up first, so that nothing is inlined by luck.
 */
import { randomUUID } from 'node:crypto'

import { SendBuffer } from '../../../packages/dialect/src/bytes/send-buffer.ts'
import { arrayOf } from '../../../packages/dialect/src/types/arrays/array-of.ts'
import { codecCases } from '../../../packages/dialect/src/types/codec.cases.ts'
import type { Codec } from '../../../packages/dialect/src/types/codec.ts'
import { bytea } from '../../../packages/dialect/src/types/scalars/bytea.ts'
import { float4, float8 } from '../../../packages/dialect/src/types/scalars/floats.ts'
import { int8 } from '../../../packages/dialect/src/types/scalars/int8.ts'
import { int2, int4 } from '../../../packages/dialect/src/types/scalars/integers.ts'
import { jsonb } from '../../../packages/dialect/src/types/scalars/json.ts'
import { numeric } from '../../../packages/dialect/src/types/scalars/numeric.ts'
import { text } from '../../../packages/dialect/src/types/scalars/text.ts'
import { timestamptz } from '../../../packages/dialect/src/types/scalars/timestamp.ts'
import { uuid } from '../../../packages/dialect/src/types/scalars/uuid.ts'

const ROUNDS = 9
const ROUND_VALUES = 200_000

interface Workload {
  readonly name: string
  readonly codec: Codec
  readonly values: readonly unknown[]
}

const hundred = Array.from({ length: 100 }, (_, index) => index)
const workloads: Workload[] = [
  ...codecCases
    .filter(({ codec, valid }) => valid.length > 0 && !codec.name.startsWith('_'))
    .map(({ codec, valid }) => ({ name: codec.name, codec, values: valid.map(([value]) => value).filter(small) })),
  { name: 'float4 of 2 decimals', codec: float4, values: hundred.map((n) => n + 0.25 + n / 100) },
  { name: 'int8 up to 1e12', codec: int8, values: hundred.map((n) => String(n * 10_123_456_789)) },
  { name: 'numeric(10,2)', codec: numeric, values: hundred.map((n) => (n * 1234.56).toFixed(2)) },
  {
    name: 'numeric of 38 digits',
    codec: numeric,
    values: hundred.map((n) => `${n}`.padStart(2, '1').padEnd(28, '7') + '.1234567891'),
  },
  { name: 'uuid, random', codec: uuid, values: hundred.map(() => randomUUID()) },
  {
    name: 'timestamptz of today',
    codec: timestamptz,
    values: hundred.map((n) => new Date(1_700_000_000_000 + n * 86_399_977)),
  },
  { name: 'text of 8', codec: text, values: hundred.map((n) => String(n).padStart(8, 'x')) },
  { name: 'text of 24', codec: text, values: hundred.map((n) => String(n).padStart(24, 'abcdefghijklmnopqrstuvwx')) },
  {
    name: 'text of 24, not ASCII',
    codec: text,
    values: hundred.map((n) => String(n).padStart(24, 'äbcdéfghijklmnöpqrstüvwx')),
  },
  { name: 'jsonb, small', codec: jsonb, values: hundred.map((n) => ({ id: n, tags: ['a', 'b'], name: 'x' })) },
  { name: 'bytea of 1 kB', codec: bytea, values: [Buffer.alloc(1024, 7)] },
  { name: 'int2[100]', codec: arrayOf(int2), values: [hundred] },
  { name: 'int4[100]', codec: arrayOf(int4), values: [hundred.map((n) => n * 7919)] },
  { name: 'int4[100] with a NULL', codec: arrayOf(int4), values: [[...hundred.slice(1), null]] },
  { name: 'int4[10][10]', codec: arrayOf(int4), values: [Array.from({ length: 10 }, () => hundred.slice(0, 10))] },
  { name: 'float8[100]', codec: arrayOf(float8), values: [hundred.map((n) => n / 7)] },
  { name: 'text[100] of 8', codec: arrayOf(text), values: [hundred.map((n) => String(n).padStart(8, 'x'))] },
  { name: 'uuid[100]', codec: arrayOf(uuid), values: [hundred.map(() => '01234567-89ab-cdef-0123-456789abcdef')] },
]

/** The longest values of the cases are there for their length, not for being typical. */
function small(value: unknown): boolean {
  return (typeof value !== 'string' || value.length < 100) && !(value instanceof Uint8Array && value.length > 100)
}

const kept: unknown[] = new Array<unknown>(128)

function measure(run: (rounds: number) => void, values: number): number {
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const rounds = Math.ceil(ROUND_VALUES / values / (round === 0 ? 10 : 1))
    const before = process.cpuUsage()
    run(rounds)
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, ((user + system) * 1000) / (rounds * values))
  }
  return best
}

function decodeRun({ codec, values }: Workload): (rounds: number) => void {
  const frames = values.map((value) => {
    const out = new SendBuffer()
    codec.encode(value, out)
    return { bytes: out.bytes, view: out.view, length: out.length }
  })
  return (rounds) => {
    const { decode } = codec
    for (let round = 0; round < rounds; round++) {
      for (const { bytes, view, length } of frames) kept[round & 127] = decode(bytes, view, 0, length)
    }
  }
}

function encodeRun({ codec, values }: Workload): (rounds: number) => void {
  const out = new SendBuffer()
  return (rounds) => {
    for (let round = 0; round < rounds; round++) {
      out.truncate(0)
      for (const value of values) codec.encode(value, out)
    }
  }
}

const wanted = process.argv.slice(2)
const chosen = workloads.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)))
const runs = chosen.map((workload) => ({
  name: workload.name,
  values: workload.values,
  decode: decodeRun(workload),
  encode: encodeRun(workload),
}))
for (const { decode, encode, values } of runs) {
  decode(2000 / values.length)
  encode(2000 / values.length)
}
console.log(`${'ns per value'.padEnd(28)}decode  encode`)
for (const { name, values, decode, encode } of runs) {
  const figures = [measure(decode, values.length), measure(encode, values.length)]
  console.log(name.padEnd(28) + figures.map((figure) => figure.toFixed(1).padStart(6)).join('  '))
}
