/**
 * Random rows of every type, alone and within others, copied in binary and in text: the table holds what the same rows are
 * when they are inserted by parameters.
 */
import { inspect } from 'node:util'

import fc from 'fast-check'
import { connect, type Connection } from 'kysely-pgwire'
import { definePgTypes } from 'kysely-pgwire/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { TEXT } from '../../packages/dialect/src/types/codec.ts'
import { extensionCodecs } from '../../packages/dialect/src/types/extensions.ts'
import { sharedServer } from '../support/shared-server.ts'
import { arbitraries } from './arbitraries.ts'
import { isTried, seed } from './differential.ts'
import { shapes } from './shapes.ts'
import { printed, type Subject, subjectsOn } from './subjects.ts'

const ROWS = process.env['PGWIRE_FULL'] === '1' ? 1_000 : 60

const database = await sharedServer().createDatabase()
const subjects = (await subjectsOn(database.url)).filter((subject) => isTried(subject) && subject.storable)
let connection: Connection

beforeAll(async () => {
  connection = await connect(database.url, { types: definePgTypes({ codecs: extensionCodecs }) })
  await connection.execute(printed)
})

afterAll(async () => {
  await connection.close()
  await database.drop()
})

/** What takes part: whatever can be a column, and be sent. */
function shapesOf(subject: Subject): typeof shapes {
  return shapes.filter((shape) => shape.type(subject) !== 'record' && shape.takes(subject) && shape.sent(subject))
}

/** What a value says when only text can carry it. */
const NEEDS_TEXT = /^(Column .* travels as text|Cannot encode .* only text can carry)/

/** Everything that is sent is a value of JavaScript's own, and nothing of it a text for the server to read. */
function hasNoText(value: unknown): boolean {
  if (typeof value === 'string') return false
  return typeof value !== 'object' || value === null || Object.values(value).every(hasNoText)
}

describe.each(subjects.map((subject) => ({ name: subject.key, subject })))(`$name (seed ${seed})`, ({ subject }) => {
  const { values } = arbitraries[subject.codec.name]!
  const pairs = fc.sample(fc.tuple(values, values), { numRuns: ROWS, seed })
  // Those with texts first: they decide how all travel.
  pairs.sort((one, two) => Number(hasNoText(one)) - Number(hasNoText(two)))

  beforeAll(async () => {
    for (const { create } of shapesOf(subject)) if (create !== undefined) await connection.execute(create(subject))
  })

  test.each(shapesOf(subject).map((shape, index) => ({ title: shape.title, shape, table: `${subject.key}_${index}` })))(
    'rows that are copied are those that are inserted: $title',
    async ({ title, shape, table }) => {
      const rows = pairs.map(([one, two], n) => [n, n % 11 === 0 ? null : shape.value(one, two)])
      await connection.execute(`create table "${table}" (n int4, value ${shape.type(subject)})`)
      const inserted = await stored(table, () => connection.executeMany(`insert into "${table}" values ($1, $2)`, rows))
      expect(inserted).toHaveLength(ROWS)
      const same = (copied: readonly unknown[]): void => {
        expect(copied).toHaveLength(ROWS)
        for (const [index, row] of copied.entries()) expect(row, inspect(rows[index])).toEqual(inserted[index])
      }
      same(await stored(table, () => connection.copyFrom(table, rows)))
      same(await stored(table, () => connection.copyFrom(table, rows, { format: 'text' })))
      const copying = stored(table, () => connection.copyFrom(table, rows, { format: 'binary' }))
      const refusal: unknown = await copying.then(same, (error: unknown) => error)
      if (refusal === undefined) return
      expect(refusal).toHaveProperty('message', expect.stringMatching(NEEDS_TEXT))
      const { codec } = subject
      const expected = codec.format === TEXT || codec.prefersText !== undefined || title.includes('as text')
      expect(expected || !hasNoText(pairs)).toBe(true)
    },
  )
})

/** What the table holds after an action, as text; then it is empty again. */
async function stored(table: string, action: () => Promise<unknown>): Promise<unknown[]> {
  await action()
  const sql = `select n, format('%s', value) from "${table}" order by n`
  const { rows } = await connection.query(sql, [], { rowMode: 'array' })
  await connection.execute(`truncate "${table}"`)
  return rows
}
