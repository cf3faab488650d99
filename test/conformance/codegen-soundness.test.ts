/**
 * The types that are generated are those of the values that the driver gives: a table for every type that the server has, in every place
 * where a value can stand, filled with the values of the codecs, read with every profile, and judged by the compiler.
 */
import { afterAll, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import { EXPRESSION_IMPORTS, valueExpression } from '../support/value-expression.ts'
import { compiledFolder } from './codegen/compiler.ts'
import { generated } from './codegen/generated-types.ts'
import { profiles } from './codegen/profiles.ts'
import { type ReadColumn, readColumns, richDatabase } from './codegen/rich-database.ts'
import { pgTypeQuery, type PgTypeRow, withoutValues } from './pg-type-table.ts'

/** How many values of a column the compiler gets to see. */
function mostValues({ relation, column }: ReadColumn): number {
  if (process.env['PGWIRE_FULL'] === '1') return Infinity
  if (relation.startsWith('v_')) return 1
  return column.startsWith('in_') || column.startsWith('as_') ? 2 : 20
}

const LEAST_VALUES = 1000

/** Types that no table can have a column of, or that no value can be written of: the server alone makes them, in its own tables. */
const withoutColumns = new Set([
  ...withoutValues,
  'cstring',
  '_cstring',
  'record',
  '_record',
  'anyarray',
  'unknown',
  'void',
  'gtsvector',
  '_gtsvector',
  'pg_node_tree',
  'pg_ndistinct',
  'pg_dependencies',
  'pg_mcv_list',
  'pg_brin_bloom_summary',
  'pg_brin_minmax_multi_summary',
])

const database = await richDatabase(sharedServer(), { views: true })
const folder = await compiledFolder()

afterAll(async () => {
  await folder[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

test('every type of the server that can be a column’s is the type of one', async () => {
  const rows = (await sharedServer().query(pgTypeQuery)) as unknown as PgTypeRow[]
  const tables = new Set(database.catalog.relations.map(({ name }) => name))
  const missing = rows.map(({ name }) => name).filter((name) => !withoutColumns.has(name) && !tables.has(`m_${name}`))
  expect(missing).toEqual([])
})

test.each(Object.entries(profiles))(
  'profile %s: every value has the type that is generated for its column',
  async (name, types) => {
    const columns = await readColumns(database, types)
    const { model, text } = generated(database.catalog, types)
    expect(model.warnings).toEqual([])
    await folder.write('db.ts', text)
    const { lines, values } = declarations(columns)
    await folder.write('values.ts', lines.join('\n'))
    const diagnostics = await folder.diagnostics()
    const wrong = diagnostics.map(
      ({ line, file, message }) => `${file === 'values.ts' ? lines[line - 1] : file}: ${message}`,
    )
    const refused = columns.reduce((sum, column) => sum + column.refused, 0)
    const read = columns.reduce((sum, column) => sum + column.values.length, 0)
    process.stdout.write(
      `${name}: ${wrong.length} wrong of ${values} values in ${columns.length} columns, ${refused} refused\n`,
    )
    expect(wrong).toEqual([])
    expect(values).toBeGreaterThan(LEAST_VALUES)
    // A profile that reads nothing would be right of everything.
    expect(refused).toBeLessThan(read / 10)
  },
  120_000,
)

test('a value of another type is noticed', async () => {
  const { text } = generated(database.catalog, profiles['defaults']!)
  await folder.write('db.ts', text)
  const { lines } = declarations([{ relation: 'm_int4', column: 'in_an_array', values: [[1, 'wrong']], refused: 0 }])
  await folder.write('values.ts', lines.join('\n'))
  expect(await folder.diagnostics()).toMatchObject([{ file: 'values.ts', code: 'TS2322' }])
}, 60_000)

/** A line for each value, and what they need. */
function declarations(columns: readonly ReadColumn[]): { readonly lines: string[]; readonly values: number } {
  const relations = [...new Set(columns.map(({ relation }) => relation))]
  const rowType = new Map(relations.map((relation, index) => [relation, `Row${index}`]))
  const lines = [
    ...EXPRESSION_IMPORTS.split('\n'),
    `import type { Selectable } from 'kysely'`,
    `import type { DB } from './db.ts'`,
    ...relations.map((relation) => `type ${rowType.get(relation)} = Selectable<DB[${JSON.stringify(relation)}]>`),
  ]
  let values = 0
  for (const each of columns) {
    const { relation, column, values: read } = each
    const type = `${rowType.get(relation)}[${JSON.stringify(column)}]`
    const expressions = new Set(read.map((value) => valueExpression(value, 'Polyfill')))
    for (const expression of [...expressions].slice(0, mostValues(each)))
      lines.push(`export const v${values++}: ${type} = ${expression}`)
  }
  return { lines, values }
}
