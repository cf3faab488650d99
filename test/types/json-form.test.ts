/**
 * What the server makes of values in JSON has the type that `JsonForm` gives for what the driver makes of them, in every
 * profile; and that type takes nothing else. The values are a server's, the verdict is the compiler's.
 */
import { type Codec, type PgTypes } from 'kysely-pgwire/types'
import { afterAll, expect, test } from 'vitest'

import { asText } from '../../packages/dialect/src/types/text-fallback.ts'
import { subjectsOn } from '../conformance/subjects.ts'
import { startPgliteServer } from '../support/pglite-server.ts'
import { sharedServer } from '../support/shared-server.ts'
import { EXPRESSION_IMPORTS, valueExpression } from '../support/value-expression.ts'
import { foreignDeclarations } from './foreign-values.ts'
import { type JsonSamples, jsonSamples } from './json-samples.ts'
import { profiles } from './profiles.ts'
import { openTypeChecker } from './type-checker.ts'

/** The extensions that do not come with PostgreSQL. */
const elsewhere = new Set(['geography', 'geometry', 'halfvec', 'sparsevec', 'vector'])
/** No value of these can be made, or, for the first, asked for in JSON. */
const withoutValues = /^(?:unknown|void|pg_\w+|_?gtsvector|anyarray|_?record)$/

const database = await sharedServer().createDatabase()
afterAll(() => database.drop())
const subjects = await subjectsOn(database.url)
const ours = await jsonSamples(
  database.url,
  subjects.filter(({ key }) => key !== 'unknown'),
)
const samples = [...ours, ...(await samplesElsewhere())]

const jsonHeader = `${EXPRESSION_IMPORTS}
import type { JsonForm } from 'kysely-pgwire/types'
import type { ShallowDehydrateValue } from 'kysely'
export type Forms = [JsonForm<1>, PgArray<1>, ShallowDehydrateValue<1>]`

test('every type has been tried', () => {
  const tried = samples.filter(({ values }) => values.length > 0).map(({ subject }) => subject.key)
  const missing = subjects.map(({ key }) => key).filter((key) => !tried.includes(key))
  expect(missing.filter((key) => !withoutValues.test(key))).toEqual([])
  expect(tried).toEqual(expect.arrayContaining([...elsewhere]))
})

test.each(Object.entries(profiles))(
  'JSON has the types that are stated, and no others: %s',
  async (_name, types) => {
    const files = samples.map((sample) => ({ ...sample, codec: codecIn(types, sample) }))
    const right = files.flatMap(({ codec, values, lists }) => declarations(codec, values, lists))
    const foreign = files.flatMap(({ codec, values }) => foreignTo(codec, values))
    expect(right.length).toBeGreaterThan(1_000)
    expect(foreign.length).toBeGreaterThan(2_000)
    await using checker = await openTypeChecker()
    await checker.write('json.ts', [jsonHeader, ...right, ...foreign, ...compositeOf(files)].join('\n'))
    expect(await checker.check()).toBe('')
  },
  120_000,
)

/** Kysely leaves objects, numbers and bytes what they are, and has no way to know better. */
const wrongInKysely =
  'box cid circle datemultirange daterange float4 float8 geometry halfvec int4multirange int4range int8multirange int8range ' +
  'interval line lseg nummultirange numrange oid oidvector path point polygon sparsevec tsmultirange tsrange tstzmultirange ' +
  'tstzrange vector xid'

test('the types that Kysely itself states are right but for these and arrays of them, of the default profile', async () => {
  const types = profiles['defaults']!
  const lines = samples.flatMap((sample) =>
    sample.values.map((value, index) => {
      const { name, typescript } = codecIn(types, sample)
      return `export const value_${index}_${name}: ShallowDehydrateValue<${typescript.select}> = ${inJson(value)}`
    }),
  )
  await using checker = await openTypeChecker()
  await checker.write('json.ts', [...lines, jsonHeader].join('\n'))
  const said = await checker.check()
  const wrong = Array.from(said.matchAll(/json\.ts\((\d+),/g), ([, line]) => {
    return /^export const value_\d+_(\w+):/.exec(lines[Number(line) - 1]!)![1]!
  })
  const elements = wrong.filter((name) => !name.startsWith('_'))
  expect([...new Set(elements)].sort()).toEqual(wrongInKysely.split(' '))
  expect(wrong.filter((name) => name.startsWith('_') && !elements.includes(name.slice(1)))).toEqual([])
}, 120_000)

function declarations(codec: Codec, values: readonly unknown[], lists: readonly unknown[]): string[] {
  const id = codec.name
  return [
    `export type Select_${id} = ${codec.typescript.select}`,
    ...values.map((value, index) => `export const value_${id}_${index}: JsonForm<Select_${id}> = ${inJson(value)}`),
    ...lists.map(
      (value, index) => `export const list_${id}_${index}: JsonForm<PgArray<Select_${id}>> = ${inJson(value)}`,
    ),
  ]
}

function foreignTo({ name, typescript }: Codec, values: readonly unknown[]): string[] {
  if (values.length === 0) return []
  // All kinds of JSON, where the type says no more.
  const all = /Json|ServerText/.test(typescript.select) ? [null, true, 1, 'text', [], {}] : []
  // These two are no text, and mean that there are no other texts.
  const texts = values.some((value) => typeof value === 'string' && !/^NaN$|^-?Infinity$/.test(value)) ? ['text'] : []
  return foreignDeclarations(`foreign_${name}`, `JsonForm<Select_${name}>`, [...values, ...all, ...texts])
}

/** One value of each type as a field, as in a row. */
function compositeOf(files: readonly { readonly codec: Codec; readonly values: readonly unknown[] }[]): string[] {
  const fields = files.filter(({ values }) => values.length > 0)
  const type = fields.map(({ codec }) => `${codec.name}: Select_${codec.name} | null`).join('; ')
  const value = fields.map(({ codec, values }) => `${codec.name}: ${inJson(values[0])}`).join(', ')
  return [`export const row: JsonForm<{ ${type} }> = { ${value} }`]
}

function inJson(value: unknown): string {
  return valueExpression(value, 'Temporal')
}

/** As the driver finds the codec of a type that it has looked up. */
function codecIn(types: PgTypes, { subject: { codec, key } }: JsonSamples): Codec {
  const derived = (): Codec => asText(key, 0)
  return types.codecFor(codec.oid) ?? types.codecNamed({ schema: 'public', name: key, kind: 'b' }, derived) ?? derived()
}

async function samplesElsewhere(): Promise<JsonSamples[]> {
  await using server = await startPgliteServer()
  const all = await subjectsOn(server.url)
  return await jsonSamples(
    server.url,
    all.filter(({ key }) => elsewhere.has(key)),
  )
}
