/** Which names of a profile's codecs make columns be asked for their domains. */
import { expect, test } from 'vitest'

import { asText } from '../text-fallback.ts'
import { nodePostgresTypes } from './node-postgres.ts'
import type { PgTypesOptions } from './profile-options.ts'
import { definePgTypes, type PgTypes } from './profile.ts'

const codec = asText('email', 0)

test.each<[string, PgTypesOptions, readonly string[]]>([
  ['a name', { byName: { email: codec } }, ['email']],
  ['a function for a name', { byName: { email: (derived) => derived } }, ['email']],
  ['a schema and a name', { byName: { 'app.email': codec } }, ['app.email']],
  ['a codec with the OID 0', { codecs: [codec] }, ['email']],
  ['a codec with the OID 0 and a schema', { codecs: [{ ...codec, schema: 'app' }] }, ['app.email']],
  ['both', { codecs: [codec], byName: { email: codec, 'app.email': codec } }, ['email', 'app.email']],
  ['what is called as a built-in type elsewhere', { byName: { 'app.text': codec } }, ['app.text']],
  ['but not a codec with an OID', { codecs: [{ ...codec, oid: 99_999 }] }, []],
  [
    'but not a built-in type',
    { byName: { text: codec, 'pg_catalog.int4': codec, _int4: codec, int4range: codec } },
    [],
  ],
])('%s', (_what, options, names) => {
  expect(definePgTypes(options).domainNames).toEqual(names)
})

test.each<[string, PgTypes]>([
  ['the default', definePgTypes()],
  ['other representations', definePgTypes({ int8: 'bigint', json: 'string' })],
  ['that of node-postgres', nodePostgresTypes],
])('no name in %s', (_profile, { domainNames }) => {
  expect(domainNames).toEqual([])
})
