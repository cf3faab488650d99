import { inspect, isDeepStrictEqual } from 'node:util'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Connection } from '../../packages/dialect/src/client/connection.ts'
import { valueFromText } from '../../packages/dialect/src/types/text-form.ts'
import { seededRandom } from '../support/random.ts'
import { arbitraries } from './arbitraries.ts'
import type { Subject } from './subjects.ts'

/** Values of each type in each direction. */
export const runs: number = process.env['PGWIRE_FULL'] === '1' ? 2_000 : 200

/** Values of one query. */
const BATCH = 500

/** In the title of every test that it decides about. */
export const seed: number = seededRandom().seed

/** Types whose values a server reads and puts into arrays, which is how thousands of them travel. */
export function isTried({ codec, hasArray, hasInput }: Subject): boolean {
  return hasArray && hasInput && codec.typescript.insert !== 'never'
}

/** Declares the tests of each subject, through the connections that there will be. */
export function describeDifferences(
  subjects: readonly Subject[],
  connections: Readonly<Record<string, () => Connection>>,
): void {
  describe.each(subjects.filter(isTried).map((subject) => ({ name: subject.key, subject })))(
    `$name (seed ${seed})`,
    ({ subject }) => {
      const { type, codec } = subject
      const arbitrary = arbitraries[codec.name]

      test('has an arbitrary', () => {
        expect(arbitrary).toBeDefined()
      })
      if (arbitrary === undefined) return
      const { values, read } = arbitrary
      const write = (value: unknown) => arbitrary.write(value)
      const texts = arbitrary.texts ?? values.map(write)

      for (const [title, connection] of Object.entries(connections)) {
        test(`what is sent ${title} is what the server reads of an independent text`, async () => {
          for (const batch of batches(values)) {
            const sql = `
            select format('%s', ours) as ours, format('%s', theirs::${type}) as theirs
            from unnest($1::${type}[], $2::text[]) with ordinality as pair (ours, theirs, at) order by at`
            const { rows } = await connection().query<{ ours: string; theirs: string }>(sql, [batch, batch.map(write)])
            expect(rows.length).toBe(batch.length)
            for (const [index, { ours, theirs }] of rows.entries()) expect(ours, inspect(batch[index])).toBe(theirs)
          }
        })
      }

      test('what is received is what an independent reader makes of the text that the server prints', async () => {
        for (const batch of batches(texts)) {
          const sql = `
          select source::${type} as value, format('%s', source::${type}) as text
          from unnest($1::text[]) with ordinality as input (source, at) order by at`
          const { rows } = await Object.values(connections)[0]!().query<{ value: unknown; text: string }>(sql, [batch])
          expect(rows.length).toBe(batch.length)
          for (const { value, text } of rows) {
            requireSame(value, read(text), text)
            requireSame(valueFromText(codec, text), value, text)
          }
        }
      })
    },
  )
}

function* batches<Value>(arbitrary: fc.Arbitrary<Value>): Generator<Value[]> {
  const values = fc.sample(arbitrary, { numRuns: runs, seed })
  for (let at = 0; at < values.length; at += BATCH) yield values.slice(at, at + BATCH)
}

/** As `toStrictEqual`, which takes a hundred times as long to say yes. */
function requireSame(received: unknown, expected: unknown, text: string): void {
  if (!isDeepStrictEqual(received, expected)) expect(received, text).toStrictEqual(expected)
}
