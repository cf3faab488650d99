/**
 * Things of the database may be called as what the file declares or imports for itself, and so may what users write: nothing is declared
 * twice, nothing is missing, and nothing is imported that nobody needs.
 */
import { defaultTypes } from 'kysely-pgwire/types'
import { expect, test } from 'vitest'

import type { CatalogColumn, CatalogType } from '../../packages/codegen-preset/src/catalog/catalog.ts'
import { typeName } from '../../packages/codegen-preset/src/catalog/type-name.ts'
import {
  argumentsOf,
  catalogOf,
  column,
  composite,
  domain,
  enumType,
  primary,
  routine,
  table,
} from '../../packages/codegen-preset/src/model/model.cases.ts'
import { type Random, seededRandom } from '../support/random.ts'
import { compiledFolder } from './codegen/compiler.ts'
import { generated } from './codegen/generated-types.ts'

const FULL = process.env['PGWIRE_FULL'] === '1'
const FILES = FULL ? 300 : 60

/** What the file has names for, what it imports, and what looks like either. */
const NAMES: readonly [string, ...string[]] = [
  ...(['Generated', 'GeneratedAlways', 'ReadOnly', 'ColumnType', 'SelectType', 'InsertType', 'UpdateType'] as const),
  ...([
    'JSONColumnType',
    'Json',
    'JsonInput',
    'JsonPart',
    'Narrows',
    'ChosenTypes',
    'DB',
    'Functions',
    'brand',
  ] as const),
  ...(['keys', 'profile', 'Range', 'PgArray', 'Interval', 'Oid', 'Codec', 'PgTypes', 'Int8', 'Int8Column'] as const),
  ...(['Date', 'Array', 'Record', 'Own', 'OwnValues', 'Mood', 'MoodValues', 'MoodInput', 'infer', 'never'] as const),
  ...(['mood', 'own', 'codec', 'pg_types', 'constructor', '__proto__', 'import', 'undefined'] as const),
]
const BUILT_IN = ['int4', 'int8', 'text', 'jsonb', 'interval', 'int4range', 'timestamptz', 'int8[]', 'oid'] as const

/** What users write of a column of text: their imports, the file's own names, and names that only look like them. */
const CHOSEN: readonly [string, ...string[]] = [
  'Own',
  "import('./own.ts').Generated",
  "import('./own.ts').Json",
  "Generated<string> | 'Json'",
  'Generated <Own>',
  'GeneratedAlways<Own>',
  'ReadOnly<string>',
  'ColumnType<Own, string, never>',
  'JSONColumnType<never>',
  "`${Own}'s`",
  '`${Own}"${Own}`',
  '`Own`',
  "Extract<keyof { Own: 1; Json: 2 }, 'Own'>",
  '[...Own[]][number]',
  "[Own: 'a'][0]",
  "Own extends 'x' ? Own:never",
  "Exclude<import('kysely-pgwire/types').Json, null | boolean | number | object>",
  "Extract<import('kysely-pgwire/types').PgTypes['fingerprint'], string>",
  "Extract<import('kysely-pgwire/types').Codec['name'], string>",
]

const OWN = `export type Own = 'x'
export type OwnValues = 'y'
export type Generated = 'z'
export type Json = 'json'
`

test(
  'whatever things are called, each name of a file is there once, and for something',
  { timeout: 120_000 },
  async () => {
    await using folder = await compiledFolder(undefined, { noUnusedLocals: true })
    await folder.write('own.ts', OWN)
    const random = seededRandom(FULL ? undefined : Number(process.env['TEST_SEED'] ?? 1))
    const texts = new Map<string, string>()
    for (let index = 0; index < FILES; index++) {
      const text = anyFile(random)
      texts.set(`db${index}.ts`, text)
      await folder.write(`db${index}.ts`, text)
    }
    const found = await folder.diagnostics()
    const told = found.map(({ file, line, message }) => `${message} ${texts.get(file)?.split('\n')[line - 1]}`)
    expect(told, `TEST_SEED=${random.seed}`).toEqual([])
  },
)

/** A file of types for a few things with such names, and with such names in all that is not code. */
function anyFile(random: Random): string {
  const some = (most: number): string[] => [
    ...new Set(Array.from({ length: random.between(0, most) }, () => random.pick(NAMES))),
  ]
  const comment = (): string | null =>
    random.between(0, 2) === 0 ? `${random.pick(NAMES)}<T> is ${random.pick(CHOSEN)}` : null
  const types: CatalogType[] = []
  const anyType = (): string => {
    const own =
      types.length > 0 && random.between(0, 1) === 0 ? typeName(types[random.between(0, types.length - 1)]!) : undefined
    return own === undefined ? random.pick(BUILT_IN) : random.pick([own, `${own}[]`])
  }
  for (const name of some(5)) {
    const kind = random.between(0, 2)
    if (kind === 0) types.push(enumType(name, some(3)))
    if (kind === 1) types.push(domain(name, anyType(), { comment: comment() }))
    if (kind === 2) types.push(composite(name, Object.fromEntries(some(3).map((field) => [field, anyType()]))))
  }
  const anyColumn = (name: string): CatalogColumn => {
    const generated = random.pick([null, null, 'stored'] as const)
    return column(name, anyType(), { comment: comment(), generated, hasDefault: random.between(0, 2) === 0 })
  }
  const relations = some(6)
    .filter((name) => !types.some((type) => type.name === name))
    .map((name) => {
      const [first = 'id', ...others] = some(4)
      const id = column(first, random.pick(['int4', 'int8', 'text']))
      return table(name, [id, ...others.map(anyColumn)], { ...primary(first), comment: comment() })
    })
  const chosen = relations.flatMap(({ name, columns }) => {
    return columns[0]!.type === 'text' ? [[`${name}.${columns[0]!.name}`, random.pick(CHOSEN)] as const] : []
  })
  const routines = some(3).map((name) => {
    const given = some(3).flatMap((each, index) =>
      each === '__proto__' ? [] : [`${index === 0 ? 'in' : 'out'} ${each} int8`],
    )
    return routine(name, { ...argumentsOf(...given), returns: anyType(), comment: comment() })
  })
  const names = new Set(relations.map(({ name }) => name))
  const options = {
    enumValues: random.between(0, 1) === 0,
    keys: random.between(0, 1) === 0,
    routines: random.between(0, 1) === 0,
    brandedIds: random.between(0, 1) === 0,
    brandedDomains: random.between(0, 1) === 0,
    columns: Object.fromEntries(chosen.filter(([key]) => names.has(key.split('.')[0]!))),
    customImports: { Own: './own.ts', Unused: './own.ts#OwnValues' },
    reserved: ['Own', 'Unused'],
  }
  return generated(catalogOf({ relations, types, routines }), defaultTypes, options).text
}
