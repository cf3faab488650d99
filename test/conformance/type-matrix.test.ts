/**
 * Every type in every place where a value can stand, through our driver and a real server, both ways. Types and values
 * come from the tables: a new codec is tried without a word here.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'

import { connect } from '../../packages/dialect/src/client/connect.ts'
import type { Connection } from '../../packages/dialect/src/client/connection.ts'
import { builtInCodecs } from '../../packages/dialect/src/types/built-in.ts'
import { extensionCodecs } from '../../packages/dialect/src/types/extensions.ts'
import { definePgTypes } from '../../packages/dialect/src/types/profile/profile.ts'
import { sharedServer } from '../support/shared-server.ts'
import { literal, printed, subjectsOn } from './subjects.ts'
import { creationOf, describeMatrix } from './type-matrix.ts'

/** These live in extensions.test.ts, on a server that has them. */
const elsewhere = new Set(['geography', 'geometry', 'halfvec', 'sparsevec', 'vector'])

const database = await sharedServer().createDatabase()
const subjects = await subjectsOn(database.url)
let connection: Connection

beforeAll(async () => {
  connection = await connect(database.url, { types: definePgTypes({ codecs: extensionCodecs }) })
  await connection.execute(printed)
  await connection.execute(creationOf(subjects))
})

afterAll(async () => {
  await connection.close()
  await database.drop()
})

test('every codec is tried, but those of later versions', () => {
  const tried = new Set(subjects.map(({ codec }) => codec.name))
  const missing = [...builtInCodecs, ...extensionCodecs].map(({ name }) => name).filter((name) => !tried.has(name))
  expect(missing.filter((name) => !elsewhere.has(name))).toEqual([])
})

test('in an anonymous record, a name of an object is the OID that it stands for', async () => {
  for (const { codec, type, rows } of subjects.filter(({ codec }) => codec.name.startsWith('reg'))) {
    for (const { text } of rows) {
      const name = `${literal(text)}::${type}`
      const result = await connection.query(
        `select row(${name}) as one, row(array[${name}]) as list, ${name}::oid::text as oid`,
      )
      const { one, list, oid } = result.rows[0]!
      expect({ one, list }, `${codec.name} ${text}`).toEqual({ one: [oid], list: [[oid]] })
    }
  }
})

describeMatrix(subjects, () => connection)
