/**
 * The types that are generated refuse what the driver never gives: in every place in the values of every column, whatever is
 * of another kind than what was seen there. `unknown` and `any`, which fit every value, do not.
 */
import { builtInCodecs, extensionCodecs, type PgTypes } from 'kysely-pgwire/types'
import { afterAll, expect, test } from 'vitest'

import { awkwardTypes } from '../conformance/codegen/awkward-schema.ts'
import { compiledFolder } from '../conformance/codegen/compiler.ts'
import { generated } from '../conformance/codegen/generated-types.ts'
import { profiles } from '../conformance/codegen/profiles.ts'
import { type ReadColumn, readColumns, richDatabase } from '../conformance/codegen/rich-database.ts'
import { FOREIGN_TYPES, placesIn, type SeenPlace } from '../conformance/codegen/value-kinds.ts'
import { sharedServer } from '../support/shared-server.ts'
import { EXPRESSION_IMPORTS } from '../support/value-expression.ts'

const server = sharedServer()
const database = await richDatabase(server, { views: false })
const folder = await compiledFolder()

afterAll(async () => {
  await folder[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const HEADER = `${EXPRESSION_IMPORTS}
import type { Selectable } from 'kysely'
import type { DB } from './db.ts'
interface Foreign { ${Object.entries(FOREIGN_TYPES)
  .map(([kind, type]) => `${kind}: ${type}`)
  .join('; ')} }
type Accepted<T> = [T] extends [never] ? 'nothing' : { [Kind in keyof Foreign]: [Foreign[Kind]] extends [T] ? Kind : never }[keyof Foreign]
type Refuses<T, Known> = Accepted<T> extends Known ? true : Exclude<Accepted<T>, Known>
type Equal<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : One
type Element<T> = T extends readonly (infer Part)[] ? Part : never
type Bounded<T> = T extends BoundedArray<infer Part> ? Part : never
type Bound<T> = T extends Range<unknown> ? T['lower'] : never
type Field<T, Name extends string> = T extends object ? (Name extends keyof T ? T[Name] : never) : never
`.split('\n')

/** The others differ from these in scalars only. */
const tried =
  process.env['PGWIRE_FULL'] === '1' ? Object.keys(profiles) : ['defaults', 'bounded', 'temporal', 'nodePostgres']

test.each(Object.entries(profiles).filter(([name]) => tried.includes(name)))(
  'profile %s: no column takes values of another kind',
  async (name, types) => {
    const columns = await readColumns(database, types)
    await folder.write('db.ts', generated(database.catalog, types).text)
    const lines = columns.flatMap((column) =>
      placesIn(column.values).map((place) => claim(columnType(column), place, isNullable(column))),
    )
    const found = await complaints(lines)
    process.stdout.write(`${name}: ${found.length} of ${lines.length} places take what was never seen there\n`)
    expect(found).toEqual([])
    expect(lines.length).toBeGreaterThan(columns.length)
  },
  120_000,
)

test('columns of a type have its codec’s type, and so do the elements of their arrays', async () => {
  const types = profiles['defaults']!
  await folder.write('db.ts', generated(database.catalog, types).text)
  const lines = database.subjects.flatMap(({ key }) => {
    const columns = database.catalog.relations.find(({ name }) => name === `m_${key}`)?.columns ?? []
    const select = selectedType(types, key)
    if (columns.length === 0 || key.startsWith('_')) return []
    const row = `Selectable<DB["m_${key}"]>`
    const array = columns.some((column) => column.name === 'in_an_array')
    return [
      `export const alone_${key}: Equal<${row}["alone"], ${select}> = true`,
      ...(array ? [`export const array_${key}: Equal<${row}["in_an_array"], (${select} | null)[]> = true`] : []),
    ]
  })
  expect(lines.length).toBeGreaterThan(150)
  expect(await complaints(lines)).toEqual([])
}, 60_000)

test('the awkward columns have the types that somebody wrote down for them', async () => {
  await folder.write('db.ts', generated(database.catalog, profiles['defaults']!).text)
  const lines = Object.entries(awkwardTypes).flatMap(([relation, columns]) =>
    Object.entries(columns).map(
      ([column, type], index) =>
        `export const ${relation}_${index}: Equal<Selectable<DB[${JSON.stringify(relation)}]>[${JSON.stringify(column)}], ${type}> = true`,
    ),
  )
  expect(await complaints(lines)).toEqual([])
}, 60_000)

test('what takes too much is noticed', async () => {
  await folder.write('db.ts', 'export interface DB {}\n')
  const number: ReadonlySet<string> = new Set(['number'])
  const tooWide: readonly (readonly [type: string, path: readonly string[]])[] = [
    ['unknown', []],
    ['any', []],
    ['number | string', []],
    ['number | null', []],
    ['(number | Date | null)[]', ['Element']],
    ['Range<any>', ['Bound']],
    ['{ a: unknown }', ['Field:a']],
    // Nothing is there.
    ['{ a: number }', ['Field:b']],
  ]
  const right: typeof tooWide = [
    ['number', []],
    ['Range<number>', ['Bound']],
  ]
  const found = await complaints(
    [...tooWide, ...right].map(([type, path]) => claim(type, { path, kinds: number }, false)),
  )
  expect(found).toHaveLength(tooWide.length)
}, 60_000)

/** What the compiler says of the lines, with the lines. */
async function complaints(lines: readonly string[]): Promise<string[]> {
  const numbered = lines.map((line, index) => line.replace(/^claim/, () => `export const claim${index}`))
  await folder.write('claims.ts', [...HEADER, ...numbered].join('\n'))
  const diagnostics = await folder.diagnostics()
  return diagnostics.map(({ file, line, message }) =>
    file === 'claims.ts' ? `${[...HEADER, ...numbered][line - 1]}: ${message}` : `${file}(${line}): ${message}`,
  )
}

/** The line that says that nothing but the known kinds fits into a place. */
function claim(column: string, { path, kinds }: SeenPlace, nullable: boolean): string {
  const place = path.reduce((type, step) => {
    const [name, field] = step.split(/:(.*)/s)
    return field === undefined ? `${name}<${type}>` : `${name}<${type}, ${JSON.stringify(field)}>`
  }, column)
  // Whatever is in something may be NULL, and what is in an array may be another dimension.
  const known = [...kinds, ...(path.length > 0 || nullable ? ['null'] : []), ...(path.length > 0 ? ['array'] : [])]
  // An older server has no infinite intervals, and so no number in the place of one was seen.
  if (kinds.has('Duration') && server.majorVersion < 17) known.push('number')
  return `claim: Refuses<${place}, ${known.map((kind) => JSON.stringify(kind)).join(' | ')}> = true`
}

function columnType({ relation, column }: ReadColumn): string {
  return `Selectable<DB[${JSON.stringify(relation)}]>[${JSON.stringify(column)}]`
}

function isNullable({ relation, column }: ReadColumn): boolean {
  const found = database.catalog.relations.find(({ name }) => name === relation)
  return found?.columns.find(({ name }) => name === column)?.nullable ?? true
}

/** As the codec says it, which is where the generator should have it from. */
function selectedType(types: PgTypes, name: string): string {
  const builtIn = builtInCodecs.find((codec) => codec.name === name)
  const codec = builtIn === undefined ? extensionCodecs.find((each) => each.name === name) : types.codecFor(builtIn.oid)
  return codec!.typescript.select
}
