/**
 * Random values, both ways, through our driver and a real server: what we encode is compared with the server's reading of
 * a text that was written without our codecs, and what we decode with an independent reading of the text that it prints.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'

import { connect } from '../../packages/dialect/src/client/connect.ts'
import type { Connection } from '../../packages/dialect/src/client/connection.ts'
import { scalarCodecs } from '../../packages/dialect/src/types/built-in.ts'
import { BINARY, type Codec } from '../../packages/dialect/src/types/codec.ts'
import { extensionCodecs } from '../../packages/dialect/src/types/extensions.ts'
import { definePgTypes } from '../../packages/dialect/src/types/profile/profile.ts'
import { sharedServer } from '../support/shared-server.ts'
import { arbitraries } from './arbitraries.ts'
import { describeDifferences, isTried } from './differential.ts'
import { printed, subjectsOn } from './subjects.ts'

const database = await sharedServer().createDatabase()
const subjects = await subjectsOn(database.url)
let connection: Connection
let binary: Connection

beforeAll(async () => {
  connection = await connect(database.url, { types: definePgTypes({ codecs: extensionCodecs }) })
  // Strings too are sent in binary here: what a codec makes of them has to be what the server would.
  const stringsEncoded = scalarCodecs.filter(({ format }) => format === BINARY).map(encodingStrings)
  binary = await connect(database.url, { types: definePgTypes({ codecs: [...stringsEncoded, ...extensionCodecs] }) })
  await connection.execute(printed)
  await binary.execute(printed)
})

afterAll(async () => {
  await connection.close()
  await binary.close()
  await database.drop()
})

test('every type that values are sent of has an arbitrary', () => {
  const missing = subjects.filter(isTried).filter(({ codec }) => !(codec.name in arbitraries))
  expect(missing.map(({ key }) => key)).toEqual([])
})

describeDifferences(subjects, { 'by default': () => connection, 'in binary': () => binary })

function encodingStrings(codec: Codec): Codec {
  return { ...codec, encodesStrings: true }
}
