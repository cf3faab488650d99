/** No column whose type refuses NULL has one, whatever is in the tables: asked of the server, over random rows. */
import { connect } from 'kysely-pgwire'
import { defaultTypes } from 'kysely-pgwire/types'
import { afterAll, expect, test } from 'vitest'

import { quoted } from '../../packages/codegen-preset/src/catalog/type-name.ts'
import { seededRandom } from '../support/random.ts'
import { sharedServer } from '../support/shared-server.ts'
import { catalogOf, generated } from './codegen/generated-types.ts'
import { nullableSchema, randomRows } from './codegen/nullable-schema.ts'

const SEED = Number(process.env['TEST_SEED'] ?? 6)
const ROUNDS = process.env['PGWIRE_FULL'] === '1' ? 400 : 40

const server = sharedServer()
const database = await server.createDatabase()
const connection = await connect(database.url)
for (const statement of nullableSchema(server.majorVersion)) await connection.execute(statement)
const catalog = await catalogOf(database.url)
const claims = claimsOf()

afterAll(async () => {
  await connection.close()
  await database.drop()
})

test('no column that is claimed to be never NULL has been seen with a NULL', async () => {
  const random = seededRandom(SEED)
  const wrong = new Set<string>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const statement of randomRows(random)) await connection.execute(statement)
    for (const [relation, columns] of claims) {
      // A composite of NULLs is not NULL.
      const counts = columns.map(
        (column) => `count(*) filter (where ${quoted(column)} is not distinct from null)::int as ${quoted(column)}`,
      )
      const { rows } = await connection.query<Record<string, number>>(`select ${counts.join(', ')} from ${relation}`)
      for (const column of columns) if (rows[0]![column] !== 0) wrong.add(`${relation}.${column}`)
    }
  }
  process.stdout.write(`${[...claims.values()].flat().length} claims over ${ROUNDS} rounds, seed ${SEED}\n`)
  expect([...wrong]).toEqual([])
}, 120_000)

test('what looks as if it could not be NULL and can is not claimed', () => {
  const nullable = [
    'a.d',
    'foreign_one.a',
    'parent.p',
    'parted.a',
    'left_joined.z',
    'rolled_up.x',
    'inherited.p',
    'of_parts.a',
  ]
  for (const path of [...nullable, ...(server.majorVersion >= 18 ? ['late.v'] : [])]) {
    const [relation, column] = path.split('.') as [string, string]
    expect(claims.get(relation) ?? [], path).not.toContain(column)
  }
})

test('what is certain is claimed', () => {
  const tables = ['a.id', 'a.x', 'a.t', 'b.z', 'b.d', 'parent.q', 'parted_own.a']
  const views = [
    'left_joined.x',
    'inner_joined.z',
    'aggregated.many',
    'above.x',
    'kept.x',
    'chosen.first',
    'both_sides.x',
    'crossed.z',
  ]
  for (const path of [...tables, ...(server.majorVersion >= 16 ? views : [])]) {
    const [relation, column] = path.split('.') as [string, string]
    expect(claims.get(relation) ?? [], path).toContain(column)
  }
})

test('the file says what the catalog says', () => {
  const { text } = generated(catalog, defaultTypes)
  expect(/interface LeftJoined \{(?<body>[^}]*)\}/.exec(text)?.groups?.['body']).toMatch(
    / z: (?:ColumnType|ReadOnly)<string \| null/,
  )
})

/** The columns that are claimed to be never NULL, by relation. */
function claimsOf(): ReadonlyMap<string, readonly string[]> {
  return new Map(
    catalog.relations.flatMap(({ name, columns }) => {
      const claimed = columns.filter(({ nullable }) => !nullable).map((column) => column.name)
      return claimed.length === 0 ? [] : [[name, claimed] as const]
    }),
  )
}
