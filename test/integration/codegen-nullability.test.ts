/** Which columns of a query can be NULL, as the server's own tree of it says; on a server before 16, every one can. */
import { connect, type Connection } from 'kysely-pgwire'
import { definePgTypes } from 'kysely-pgwire/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { describeQuery } from '../../packages/codegen-preset/src/nullability/describe-query.ts'
import { readServerFacts, type ServerFacts } from '../../packages/codegen-preset/src/nullability/server-facts.ts'
import { readColumnFacts } from '../../packages/codegen-preset/src/nullability/view-nullability.ts'
import { sharedServer } from '../support/shared-server.ts'
import { enforcedFacts, marksOf, runOn } from './codegen-nullability-fixture.ts'
import { QUERIES, SCHEMA } from './codegen-nullability-queries.ts'

const server = sharedServer()
const database = await server.createDatabase()
const understood = server.majorVersion >= 16

let connection: Connection
let facts: ServerFacts

beforeAll(async () => {
  // As text, the JSON value null is none of SQL's NULLs.
  connection = await connect(database.url, { types: definePgTypes({ json: 'string' }) })
  await connection.execute(SCHEMA)
  facts = await readServerFacts(runOn(connection))
})
afterAll(async () => {
  await connection.close()
  await database.drop()
})

async function describedMarks(sql: string): Promise<string> {
  const run = runOn(connection)
  const { columns } = await describeQuery(run, sql, { facts, readTableFacts: enforcedFacts(run) })
  return marksOf(columns.map(({ nullable }) => nullable))
}

for (const [title, cases] of Object.entries(QUERIES)) {
  describe(`a query with ${title}`, () => {
    const described = cases.filter(([, , since = 14]) => server.majorVersion >= since)
    test.each(described.map(([marks, sql]) => [marks, sql] as const))('%s %s', async (marks, sql) => {
      const found = await describedMarks(sql)
      expect(found).toBe(understood ? marks : '?'.repeat(marks.length))

      // What it says of this data.
      await connection.execute('begin')
      try {
        for (const row of await connection.fetch<readonly unknown[]>(sql, [], { rowMode: 'array' })) {
          for (const [index, value] of row.entries()) {
            if (value === null) expect(found[index], `column ${index}`).toBe('?')
          }
        }
      } finally {
        await connection.execute('rollback')
      }
    })
  })
}

describe('a view', () => {
  /** By the name of the view, what can be NULL in its columns. */
  async function marksOfView(name: string, tableFacts = enforcedFacts(runOn(connection))): Promise<string> {
    const run = runOn(connection)
    const oid = Number(await connection.fetchValue('select $1::regclass::oid', [name]))
    const columns = await readColumnFacts(run, facts, [oid], tableFacts)
    const count = Number(
      await connection.fetchValue('select count(*) from pg_attribute where attrelid = $1 and attnum > 0', [oid]),
    )
    return marksOf(Array.from({ length: count }, (_, index) => !columns.notNull(oid, index + 1)))
  }

  test.each<[name: string, marks: string]>([
    ['av', '!!?!!'],
    ['joined', '!!????'],
    ['above', '?!!'],
    ['topmost', '???!'],
    ['stored', '!!?!!'],
    ['of_stored', '!!!'],
  ])('%s has %s', async (name, marks) => {
    expect(await marksOfView(name)).toBe(understood ? marks : '?'.repeat(marks.length))
  })

  test('rests on what the caller knows of its tables', async () => {
    expect(await marksOfView('av', async () => ({ notNull: () => false }))).toBe(understood ? '????!' : '?????')
  })

  test('that is stored holds what its table held at that time', async () => {
    await connection.execute(`
      create table late (n int4);
      insert into late values (1), (null);
      create materialized view stale as select n, 1 as one from late;
      create materialized view staler as select n from stale where one > 0;
      create view of_stale as select n, one from stale;
      delete from late where n is null;
      delete from late;
      alter table late alter n set not null;
      create materialized view unfilled as select n from late with no data`)
    const one = understood ? '!' : '?'
    expect(await marksOfView('stale')).toBe(`?${one}`)
    expect(await marksOfView('staler')).toBe('?')
    expect(await marksOfView('of_stale')).toBe(`?${one}`)
    expect(await marksOfView('unfilled')).toBe(one)
    await connection.execute('refresh materialized view stale')
    expect(await marksOfView('of_stale')).toBe(one + one)
    // It holds nothing but what can be read at the next refresh.
    expect(await marksOfView('staler')).toBe('?')
    await connection.execute('refresh materialized view staler')
    expect(await marksOfView('staler')).toBe(one)
  })

  test('that is stored and may not be read can hold NULL', async () => {
    const role = `reader_${database.name}`
    await connection.execute(`create role ${role}`)
    try {
      await connection.execute(`set role ${role}`)
      expect(await marksOfView('stored')).toBe(understood ? '????!' : '?????')
    } finally {
      await connection.execute(`reset role; drop role ${role}`)
    }
  })

  test('that is a composite of nothing but NULL is one all the same', async () => {
    await connection.execute(`
      create type two as (x int4, y int4);
      create table holds (v two not null);
      insert into holds values (row(null, null));
      create materialized view composites as select v from holds`)
    expect(await marksOfView('composites')).toBe(understood ? '!' : '?')
  })

  test('of more than are fetched at once has every column judged', async () => {
    await connection.execute('create view chain_0 as select n, o from a')
    for (let depth = 1; depth <= 30; depth++) {
      await connection.execute(
        `create view chain_${depth} as select x.n, y.o from chain_${depth - 1} x, chain_${depth - 1} y`,
      )
    }
    expect(await marksOfView('chain_30')).toBe(understood ? '!?' : '??')
  })
})
