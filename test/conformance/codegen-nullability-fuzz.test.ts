/** Random queries over random data: no column that is said to hold no NULL may hold one. */
import { connect, type Connection } from 'kysely-pgwire'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { describeQuery } from '../../packages/codegen-preset/src/nullability/describe-query.ts'
import { readServerFacts, type ServerFacts } from '../../packages/codegen-preset/src/nullability/server-facts.ts'
import { enforcedFacts, runOn } from '../integration/codegen-nullability-fixture.ts'
import { seededRandom } from '../support/random.ts'
import { sharedServer } from '../support/shared-server.ts'
import { randomQuery, randomTables, type Source } from './random-queries.ts'

const server = sharedServer()
const database = await server.createDatabase()
const random = seededRandom()
const queries = process.env['PGWIRE_FULL'] === '1' ? 5_000 : 600

/** Queries over the same tables. */
const PER_SCHEMA = 50
const VIEWS_PER_SCHEMA = 4

let connection: Connection
let facts: ServerFacts

beforeAll(async () => {
  connection = await connect(database.url)
  facts = await readServerFacts(runOn(connection))
  // A query may multiply more than it seems.
  await connection.execute(`set statement_timeout = '2s'`)
})
afterAll(async () => {
  await connection.close()
  await database.drop()
})

test(
  `no column that is said to hold no NULL holds one (seed ${random.seed})`,
  async () => {
    const seen = { run: 0, columns: 0, notNull: 0 }
    const lies: string[] = []
    const errors = new Map<string, number>()
    for (let count = 0; count < queries; count += PER_SCHEMA) {
      const sources = await makeSchema()
      for (let each = 0; each < PER_SCHEMA; each++) {
        const { sql, columns } = randomQuery(random, sources)
        try {
          const found = await nullsIn(sql, columns.length)
          const run = runOn(connection)
          const described = await describeQuery(run, sql, { facts, readTableFacts: enforcedFacts(run) })
          expect(described.columns).toHaveLength(columns.length)
          seen.run++
          seen.columns += columns.length
          for (const [index, { nullable }] of described.columns.entries()) {
            if (nullable) continue
            seen.notNull++
            if (found[index]! > 0) lies.push(`column ${index} of ${sql}`)
          }
        } catch (error) {
          const { code = '', message } = error as Error & { readonly code?: string }
          if (!/^[\dA-Z]{5}$/.test(code)) throw error
          errors.set(`${code} ${message}`, (errors.get(`${code} ${message}`) ?? 0) + 1)
        }
      }
    }
    expect(lies).toEqual([])
    // Refused are queries that the grammar does not know to be wrong, and what takes too long.
    expect(seen.run, [...errors].join('\n')).toBeGreaterThan(queries * 0.85)
    if (server.majorVersion < 16) expect(seen.notNull).toBe(0)
    else expect(seen.notNull / seen.columns).toBeGreaterThan(0.25)
  },
  queries * 500,
)

/** Tables with data, and views of them that are sources like them. */
async function makeSchema(): Promise<Source[]> {
  const { sql, tables } = randomTables(random, 4)
  await connection.execute(`drop schema public cascade; create schema public; ${sql}`)
  const sources = [...tables]
  for (let number = 0; number < VIEWS_PER_SCHEMA; number++) {
    const name = `v${number}`
    const { sql: query, columns } = randomQuery(random, sources)
    try {
      await connection.execute(`create ${random.pick(['view', 'view', 'materialized view'])} ${name} as ${query}`)
      sources.push({ name, columns })
    } catch {
      // The queries of the test itself are counted.
    }
  }
  return sources
}

/** For each column, how many NULLs are in it. */
async function nullsIn(sql: string, columns: number): Promise<number[]> {
  const names = Array.from({ length: columns }, (_, index) => `c${index}`)
  const counts = names.map((name) => `count(*) filter (where ${name} is null) as ${name}`)
  const row = await connection.fetchRow<Record<string, unknown>>(
    `select ${counts.join(', ')} from (${sql}) as answer (${names.join(', ')})`,
  )
  return names.map((name) => Number(row?.[name]))
}
