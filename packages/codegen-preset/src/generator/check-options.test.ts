import { defaultTypes } from 'kysely-pgwire/types'
import { expect, test } from 'vitest'

import { OptionsError } from '../source/options-error.ts'
import { checkOptions } from './check-options.ts'
import { GENERATOR_OPTIONS } from './generator-options.ts'

const check = (options: unknown) => () => checkOptions(options, GENERATOR_OPTIONS, { dateParser: 'say types' })

test.each<[string, unknown]>([
  ['nothing', {}],
  ['undefined values', { keys: undefined, unknown: undefined }],
  ['a profile', { types: defaultTypes }],
  ['switches', { keys: true, camelCase: false }],
  ['rules of singularize', { singularize: { '/^(.*)data$/': '$1datum' } }],
  ['overrides', { overrides: { columns: { 'users.id': 'UserId' } } }],
  ['a url', { source: { url: 'postgres:///', envFile: '.env.test' } }],
  ['a folder', { source: { migrations: 'migrations' } }],
  ['no snapshot', { snapshot: false }],
])('%s is fine', (_, options) => {
  expect(check(options)).not.toThrow()
})

test.each<[unknown, string]>([
  [null, 'The options have to be an object'],
  [[], 'The options have to be an object'],
  [{ outfile: 'x' }, 'Unknown option "outfile". Did you mean outFile?'],
  [{ zzz: 1 }, 'Unknown option "zzz"'],
  [{ constructor: 1 }, 'Unknown option "constructor"'],
  [{ dateParser: 'string' }, 'There is no option dateParser here: say types'],
  [{ keys: 'yes' }, 'The option keys has to be true or false'],
  [{ outFile: '' }, 'The option outFile has to be a string'],
  [{ snapshot: true }, 'The option snapshot has to be a string or false'],
  [{ defaultSchemas: 'public' }, 'The option defaultSchemas has to be a list of strings'],
  [{ customImports: { A: 1 } }, 'The option customImports has to be an object with strings'],
  [
    { overrides: { columns: { a: {} } } },
    'The option overrides has to be an object with `columns`, whose values are types as text',
  ],
  [
    { overrides: { tables: {} } },
    'The option overrides has to be an object with `columns`, whose values are types as text',
  ],
  [{ singularize: 1 }, 'The option singularize has to be true, false, or an object with rules'],
  [{ types: {} }, 'The option types has to be a profile of definePgTypes'],
  [{ source: {} }, 'The option source has to be { url }, { migrations } or { db }'],
  [{ source: { url: 'x', migrations: 'y' } }, 'The option source has to be { url }, { migrations } or { db }'],
  [{ source: { db: {}, url: 'x' } }, 'The option source has to be { url }, { migrations } or { db }'],
  [{ source: { url: 'x', password: 'secret' } }, 'The option source has to be { url }, { migrations } or { db }'],
])('%j is refused', (options, message) => {
  expect(check(options)).toThrow(new OptionsError(message))
})
