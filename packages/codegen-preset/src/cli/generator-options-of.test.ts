import { ConfigError } from 'kysely-pgwire'
import { definePgTypes, type PgTypes } from 'kysely-pgwire/types'
import { expect, test } from 'vitest'

import { GenerationError } from '../model/generation-error.ts'
import { OptionsError } from '../source/options-error.ts'
import { SourceError } from '../source/source-error.ts'
import type { Config } from './config.ts'
import { describeFailure } from './describe-failure.ts'
import { generatorOptionsOf } from './generator-options-of.ts'

test.each<[Config, Config, object]>([
  [{}, {}, { source: { url: 'env(DATABASE_URL)' } }],
  [{}, { url: 'a', envFile: 'e' }, { source: { url: 'a', envFile: 'e' } }],
  [{ url: 'b' }, { url: 'a', envFile: 'e' }, { source: { url: 'b', envFile: 'e' } }],
  [{ url: 'b' }, { migrations: 'm' }, { source: { url: 'b' } }],
  [{ migrations: 'm' }, { url: 'a' }, { source: { migrations: 'm' } }],
  [{ keys: false }, { keys: true, routines: true, url: 'a' }, { keys: false, routines: true, source: { url: 'a' } }],
  [{ runtimeEnums: 'pascal-case', url: 'a' }, {}, { enumValues: true, source: { url: 'a' } }],
  [{ url: 'a' }, { runtimeEnums: false }, { enumValues: false, source: { url: 'a' } }],
  [{ url: 'a' }, { runtimeEnums: true, enumValues: false }, { enumValues: false, source: { url: 'a' } }],
  [{ url: 'a', logLevel: 'debug', pollIntervalMs: 1 }, { dialect: 'postgres' }, { source: { url: 'a' } }],
])('%j before %j is %j', (flags, file, options) => {
  expect(generatorOptionsOf(flags, file)).toEqual(options)
})

test('two places for the database are refused', () => {
  expect(() => generatorOptionsOf({ url: 'a', migrations: 'b' }, {})).toThrow(
    'Flags may say one of url, migrations and db',
  )
  expect(() => generatorOptionsOf({}, { url: 'a', migrations: 'b' })).toThrow('The configuration may say one')
})

test('a mapping of types that the profile does not do is refused', () => {
  const mapped = (typeMapping: Record<string, string>, types: PgTypes = definePgTypes({ int8: 'bigint' })) =>
    generatorOptionsOf({}, { url: 'a', types, typeMapping })
  expect(mapped({ int8: 'bigint', TEXT: 'string', bytea: 'Uint8Array' })).not.toHaveProperty('typeMapping')
  expect(() => mapped({ int8: 'string' })).toThrow(
    /^The type of int8 is the driver's business, which returns bigint\. .*definePgTypes/,
  )
  expect(() => mapped({ int8: 'bigint' }, definePgTypes())).toThrow(OptionsError)
  expect(() => mapped({ citext: 'string' })).toThrow(/^The type of citext is the driver's business\. /)
})

test.each<[unknown, number, string]>([
  [new OptionsError('a'), 2, 'Error: a'],
  [new GenerationError('b'), 2, 'Error: b'],
  [new ConfigError('c'), 2, 'Error: c'],
  [new SourceError('d\nmore'), 3, 'Error: d'],
  ['e', 3, 'Error: e'],
])('%s ends with %i', (error, code, line) => {
  expect(describeFailure(error)).toMatchObject({ code, line })
})
