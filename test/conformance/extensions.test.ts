/**
 * The types of pgvector and PostGIS, in every place where a value can stand, through our driver and a server that has them.
 * The extensions that come with PostgreSQL are tried by type-matrix.test.ts.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'

import { connect } from '../../packages/dialect/src/client/connect.ts'
import type { Connection } from '../../packages/dialect/src/client/connection.ts'
import { extensionCodecs } from '../../packages/dialect/src/types/extensions.ts'
import { definePgTypes } from '../../packages/dialect/src/types/profile/profile.ts'
import { startPgliteServer } from '../support/pglite-server.ts'
import { describeDifferences } from './differential.ts'
import { printed, subjectsOn } from './subjects.ts'
import { creationOf, describeMatrix } from './type-matrix.ts'

const server = await startPgliteServer()
const subjects = (await subjectsOn(server.url)).filter(({ codec }) =>
  ['geography', 'geometry', 'halfvec', 'sparsevec', 'vector'].includes(codec.name),
)
let connection: Connection

beforeAll(async () => {
  connection = await connect(server.url, { types: definePgTypes({ codecs: extensionCodecs }) })
  await connection.execute(printed)
  await connection.execute(creationOf(subjects))
})

afterAll(async () => {
  await connection.close()
  await server[Symbol.asyncDispose]()
})

test('the server has all of them', () => {
  expect(subjects.map(({ key }) => key).sort()).toEqual(['geography', 'geometry', 'halfvec', 'sparsevec', 'vector'])
})

test('numbers are rounded as the server rounds them', async () => {
  // Every half, what lies in the middle between it and the next, and what lies a little above and below that.
  const singles = Float32Array.from({ length: 4 * 0x7bff }, (_, index) => {
    const middle = (half(index >> 2) + half((index >> 2) + 1)) / 2
    return [half(index >> 2), middle, middle * (1 - 2 ** -23), middle * (1 + 2 ** -23)][index % 4]!
  })
  for (let at = 0; at < singles.length; at += 15_000) {
    const numbers = Array.from(singles.subarray(at, at + 15_000))
    const { rows } = await connection.query<{ ours: number[]; same: boolean }>(
      'select $1::halfvec as ours, $1::halfvec = $2::vector::halfvec as same',
      [numbers, numbers],
    )
    expect(rows[0]!.same).toBe(true)
    const { rows: texts } = await connection.query<{ text: string }>('select $1::halfvec::text as text', [numbers])
    expect(rows[0]!.ours).toStrictEqual(JSON.parse(texts[0]!.text))
  }
})

test('the largest vectors there are arrive', async () => {
  const numbers = Array.from({ length: 16_000 }, (_, index) => index)
  const sparse = { dimensions: 1_000_000_000, indices: numbers, values: numbers.map((number) => number + 1) }
  const { rows } = await connection.query<Record<string, unknown>>('select $1::vector as v, $2::sparsevec as s', [
    numbers,
    sparse,
  ])
  expect(rows).toStrictEqual([{ v: numbers, s: sparse }])
})

describeMatrix(subjects, () => connection)
describeDifferences(subjects, { 'by default': () => connection })

/** The value of a finite, positive half. */
function half(bits: number): number {
  const exponent = Math.max(bits >> 10, 1)
  return (bits - (exponent - 1) * 1024) * 2 ** (exponent - 25)
}
