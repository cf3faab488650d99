/**
 * The tables of cases against a real server, through its own send and receive functions and `pg` alone: what they claim
 * of texts and bytes is what the server says, whatever our driver does.
 */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { SendBuffer } from '../../packages/dialect/src/bytes/send-buffer.ts'
import { codecCases } from '../../packages/dialect/src/types/codec.cases.ts'
import { BINARY, type Codec } from '../../packages/dialect/src/types/codec.ts'
import { Interval } from '../../packages/dialect/src/types/interval-value.ts'
import { float4 } from '../../packages/dialect/src/types/scalars/floats.ts'
import { interval } from '../../packages/dialect/src/types/scalars/interval.ts'
import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()
const client = new pg.Client(server.url)

beforeAll(async () => {
  await client.connect()
  await client.query("set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'iso_8601'")
})

afterAll(() => client.end())

const cases = codecCases.filter(({ codec }) => codec.name !== 'void')

describe.each(cases.map((each) => ({ type: each.codec.name, ...each })))(
  '$type',
  ({ codec, valid, accepted, received }) => {
    test('the server sends what the table says', async () => {
      const send = await sendFunction(codec)
      const rows = [
        ...valid.map(([, text, wire]) => [text, wire]),
        ...(received ?? []).map(([text, wire]) => [text, wire]),
      ]
      for (const [text, wire] of rows) {
        if (!known(codec, text!)) continue
        const input = inputOf(codec, text!)
        expect(await value(`encode(${send}(${input}), 'hex')`), text).toBe(wire)
        expect(await value(`format('%s', ${input})`), text).toBe(text)
      }
    })

    test('the server receives what is encoded', async () => {
      if (codec.name === 'unknown' || codec.name === 'cstring') return
      const send = await sendFunction(codec)
      for (const [encoded, wire] of [...valid.map(([each, , wire]) => [each, wire] as const), ...(accepted ?? [])]) {
        const out = new SendBuffer()
        codec.encode(encoded, out)
        // A Buffer is all that `pg` sends in binary, and it sends it as it is.
        const parameter = Buffer.from(out.bytes.subarray(0, out.length))
        const back = await value(`encode(${send}($1::${typeOf(codec)}), 'hex')`, [parameter])
        if (codec.name.endsWith('jsonb')) expect(codecValue(codec, back)).toEqual(codecValue(codec, wire))
        else expect(back).toBe(wire)
      }
    })

    test('the server reads the text of every value', async () => {
      if (codec.toText === undefined || codec.name === 'unknown' || codec.name === 'cstring') return
      const send = await sendFunction(codec)
      for (const [encoded, , wire] of valid) {
        const text = codec.toText(encoded)
        expect(await value(`encode(${send}(${inputOf(codec, text)}), 'hex')`), text).toBe(wire)
      }
    })
  },
)

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

test('what has no binary send function is declared as text', async () => {
  const { rows } = await client.query<{ oid: number }>('select oid from pg_type where typsend = 0')
  const unsendable = new Set(rows.map(({ oid }) => oid))
  for (const { codec } of cases) if (codec.format === BINARY) expect(unsendable.has(codec.oid), codec.name).toBe(false)
})

test('names, OIDs, array OIDs and sizes are the catalog’s', async () => {
  for (const { codec } of codecCases) {
    const { rows } = await client.query('select typname, typarray, typlen, typdelim from pg_type where oid = $1', [
      codec.oid,
    ])
    expect(rows[0]).toMatchObject({ typname: codec.name, typarray: codec.arrayOid, typdelim: codec.delimiter })
    if (codec.size > 0) expect(rows[0]!.typlen, codec.name).toBe(codec.size)
  }
})

function wireOf(single: number): [Buffer, DataView, number, number] {
  const out = new SendBuffer()
  float4.encode(single, out)
  return [out.bytes, out.view, 0, 4]
}

async function value(expression: string, parameters: unknown[] = []): Promise<string> {
  const { rows } = await client.query<{ value: string }>(`select ${expression} as value`, parameters)
  return rows[0]!.value
}

async function sendFunction(codec: Codec): Promise<string> {
  return value(`(select typsend::regproc::text from pg_type where oid = ${codec.oid})`)
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

/** Bytes above 127 in "char" are printed in octal from PostgreSQL 16 on. */
function known(codec: Codec, text: string): boolean {
  return server.majorVersion >= 16 || codec.name !== 'char' || !/^\\\d/.test(text)
}

function codecValue(codec: Codec, wire: string): unknown {
  const bytes = Buffer.from(wire, 'hex')
  return codec.decode(bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length)
}
