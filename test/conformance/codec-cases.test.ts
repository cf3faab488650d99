/**
 * The tables of cases against a real server, through its own send and receive functions and `pg` alone: what they claim
 * of texts and bytes is what the server says, whatever our driver does.
 */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { SendBuffer } from '../../packages/dialect/src/bytes/send-buffer.ts'
import { builtInCodecs } from '../../packages/dialect/src/types/built-in.ts'
import { codecCases } from '../../packages/dialect/src/types/codec.cases.ts'
import { BINARY, type Codec } from '../../packages/dialect/src/types/codec.ts'
import { float4 } from '../../packages/dialect/src/types/scalars/floats.ts'
import { Interval } from '../../packages/dialect/src/types/scalars/interval-value.ts'
import { interval } from '../../packages/dialect/src/types/scalars/interval.ts'
import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()
const client = new pg.Client(server.url)

beforeAll(async () => {
  await client.connect()
  await client.query(
    "set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'iso_8601'; set lc_monetary = 'C'",
  )
})

afterAll(() => client.end())

/** Void has no values, and the server reads none of its own internal types. */
const cases = codecCases.filter(({ codec }) => codec.name !== 'void' && !codec.typescript.insert.includes('never'))

describe.each(cases.map((each) => ({ type: each.codec.name, each })))('$type', ({ each }) => {
  const { codec, accepted = [], received = [], recorded = [] } = each
  const valid = each.valid.filter(([, , , since = 0]) => since <= server.majorVersion)

  test('the server sends what the table says', async () => {
    for (const [text, wire] of [...valid.map(([, text, wire]) => [text, wire] as const), ...received]) {
      expect(await sent(codec, inputOf(codec, text)), text).toBe(wire)
      expect(await value(`format('%s', ${inputOf(codec, text)})`), text).toBe(text)
    }
  })

  test('the server receives what is encoded', async () => {
    if (codec.name === 'unknown' || codec.name === 'cstring') return
    for (const [encoded, wire] of [...valid.map(([each, , wire]) => [each, wire] as const), ...accepted]) {
      const back = await sent(codec, `$1::${typeOf(codec)}`, [parameterOf(codec, encoded)])
      if (codec.name.endsWith('jsonb')) expect(codecValue(codec, back)).toEqual(codecValue(codec, wire))
      else expect(back).toBe(wire)
    }
  })

  test('the server reads the text of every value', async () => {
    if (codec.toText === undefined || codec.name === 'unknown' || codec.name === 'cstring') return
    for (const [encoded, , wire] of valid) {
      const text = codec.toText(encoded)
      expect(await sent(codec, inputOf(codec, text)), text).toBe(wire)
    }
  })

  test('the server puts into a record what the table says', async () => {
    for (const [text, wire] of recorded) expect(await sentInBinary(codec, inputOf(codec, text)), text).toBe(wire)
  })
})

test('infinite intervals are the server’s', async () => {
  if (server.majorVersion < 17) return
  for (const infinite of [Interval.infinity, Interval.negativeInfinity]) {
    const out = new SendBuffer()
    interval.encode(infinite, out)
    expect(await value('$1::interval::text', [Buffer.from(out.bytes.subarray(0, out.length))])).toBe(String(infinite))
  }
})

test('a float4 is the number that the server prints', async () => {
  const bits = Buffer.from(Array.from({ length: 40_000 }, (_, index) => Math.imul(index + 1, 2_654_435_761) >>> 13))
  const view = new DataView(bits.buffer, bits.byteOffset)
  const singles: number[] = [2_097_152.25, 2_097_152.75, -2_097_153.25, 262_144.125, 0.001, 16_777_215]
  for (let at = 0; at < bits.length; at += 4) singles.push(float4.decode(bits, view, at, 4))
  const { rows } = await client.query<{ ours: string; server: string }>(
    `select ours, single::text as server
      from unnest($1::float4[], $2::text[]) as sample (single, ours)
      where ours::float8 <> single::text::float8`,
    [singles, singles.map((single) => String(float4.decode(...wireOf(single))))],
  )
  expect(rows).toEqual([])
})

test.each(builtInCodecs.map((codec) => ({ type: codec.name, codec })))(
  'the samples of $type are as the server prints them',
  async ({ codec }) => {
    for (const sample of codec.samples) expect(await value(`format('%s', ${inputOf(codec, sample)})`)).toBe(sample)
  },
)

function wireOf(single: number): [Buffer, DataView, number, number] {
  const out = new SendBuffer()
  float4.encode(single, out)
  return [out.bytes, out.view, 0, 4]
}

async function value(expression: string, parameters: unknown[] = []): Promise<string> {
  const { rows } = await client.query<{ value: string }>(`select ${expression} as value`, parameters)
  return rows[0]!.value
}

/** What a value is in the codec's format, in hex. */
async function sent(codec: Codec, expression: string, parameters: unknown[] = []): Promise<string> {
  if (codec.format === BINARY) return sentInBinary(codec, expression, parameters)
  return value(`encode(convert_to(format('%s', ${expression}), 'UTF8'), 'hex')`, parameters)
}

async function sentInBinary(codec: Codec, expression: string, parameters: unknown[] = []): Promise<string> {
  const send = await value(`(select typsend::regproc::text from pg_type where oid = ${codec.oid})`)
  // Types that are text but in name share its function, and are no text to the parser.
  const argument = send === 'textsend' ? `(${expression})::text` : expression
  return value(`encode(${send}(${argument}), 'hex')`, parameters)
}

/** What `pg` sends as it is: a Buffer in binary, a string as text. */
function parameterOf(codec: Codec, encoded: unknown): Buffer | string {
  const out = new SendBuffer()
  codec.encode(encoded, out)
  const bytes = Buffer.from(out.bytes.subarray(0, out.length))
  return codec.format === BINARY ? bytes : bytes.toString()
}

/** The text as a value of the type. A literal is `unknown` already. */
function inputOf(codec: Codec, text: string): string {
  const literal = pg.escapeLiteral(text)
  if (codec.name === 'unknown') return literal
  return `${literal}::${typeOf(codec)}`
}

/** By its catalog name: `char` and `bpchar` mean other things without the quotes. */
function typeOf(codec: Codec): string {
  return `pg_catalog."${codec.name}"`
}

function codecValue(codec: Codec, wire: string): unknown {
  const bytes = Buffer.from(wire, 'hex')
  return codec.decode(bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length)
}
