/**
 * What the generated types ask of whoever writes is what the server asks: the required columns are enough, none of them can be left out,
 * and what cannot be written is refused by both. The compiler is asked for every column; then the server is.
 */
import { connect, isPostgresError } from 'kysely-pgwire'
import { defaultTypes } from 'kysely-pgwire/types'
import { afterAll, describe, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import { compiledFolder } from './codegen/compiler.ts'
import { catalogOf, generated } from './codegen/generated-types.ts'
import { type WrittenRelation, writtenSchema } from './codegen/written-schema.ts'

/** Not null, always generated, a view that is not updatable or a column of one, not a table, not supported. */
const REFUSALS = ['23502', '428C9', '55000', '0A000', '42809']

/** No partition takes NULL, which is found out before it is looked for in the row. */
const NULL_REFUSED = ['23502', '23514']

const server = sharedServer()
const { statements, relations } = writtenSchema(server.majorVersion)
const database = await server.createDatabase()
const connection = await connect(database.url)
for (const statement of statements) await connection.execute(statement)
const verdicts = await compilersVerdicts()

afterAll(async () => {
  await connection.close()
  await database.drop()
})

test('the compiler knows of every column whether it is required, optional or not to be written', () => {
  const states = new Set([...verdicts.values()].map(({ insert }) => insert))
  expect([...states].sort()).toEqual(['never', 'optional', 'required'])
  expect(verdicts.size).toBe(relations.flatMap(({ values }) => Object.keys(values)).length)
})

describe.each(relations)('$name', (relation) => {
  const columns = Object.keys(relation.values)
  const required = columns.filter((column) => of(relation, column).insert === 'required')
  const insertable = columns.some((column) => of(relation, column).insert !== 'never')

  test('a row of what is required is inserted', async () => {
    if (insertable) expect(await inserted(relation, required)).toBe('accepted')
    else expect(REFUSALS).toContain(await inserted(relation, columns))
  })

  test.each(required)('no row is inserted without %s, which is required', async (column) => {
    const others = required.filter((other) => other !== column)
    expect(NULL_REFUSED).toContain(await inserted(relation, others))
  })

  test.each(columns)('%s is inserted or not, as it is typed', async (column) => {
    const outcome = await inserted(relation, [...new Set([...required, column])])
    if (of(relation, column).insert === 'never') expect(REFUSALS).toContain(outcome)
    else expect(outcome).toBe('accepted')
  })

  test.each(columns)('%s is updated or not, as it is typed', async (column) => {
    const outcome = await outcomeOf(`update ${relation.name} set ${column} = ${relation.values[column]}`)
    if (of(relation, column).update === 'never') expect(REFUSALS).toContain(outcome)
    else expect(outcome).toBe('accepted')
  })

  test.each(columns)('NULL is inserted into %s or not, as it is typed', async (column) => {
    const { insert, insertNull } = of(relation, column)
    if (insert === 'never') return
    const others = required.filter((other) => other !== column)
    const outcome = await inserted(relation, [...others, column], column)
    // Where a rule is for inserts only, the type is true of updates, too: it refuses a NULL that the rule would take.
    const ruledInPart = relation.name === 'ruled_simply'
    if (insertNull || ruledInPart) expect(outcome).toBe('accepted')
    else expect(NULL_REFUSED).toContain(outcome)
  })
})

interface Verdict {
  readonly insert: 'never' | 'optional' | 'required'
  readonly update: 'never' | 'optional'
  readonly insertNull: boolean
}

function of({ name }: WrittenRelation, column: string): Verdict {
  return verdicts.get(`${name}.${column}`)!
}

/** Asks for each column by a line that cannot compile: the answer is in the complaint. */
async function compilersVerdicts(): Promise<ReadonlyMap<string, Verdict>> {
  await using folder = await compiledFolder()
  await folder.write('db.ts', generated(await catalogOf(database.url), defaultTypes).text)
  const asked = relations.flatMap(({ name, values }) => Object.keys(values).map((column) => [name, column] as const))
  const header = [
    `import type { Insertable, Updateable } from 'kysely'`,
    `import type { DB } from './db.ts'`,
    `type Written<T, Column> = Column extends keyof T ? ({} extends Pick<T, Column> ? 'optional' : 'required') : 'never'`,
    `type Nulled<T, Column> = Column extends keyof T ? (null extends T[Column] ? 'null' : 'value') : 'value'`,
    'type Verdict<T, Column> = `${Written<Insertable<T>, Column>} ${Written<Updateable<T>, Column>} ${Nulled<Insertable<T>, Column>}`',
  ]
  const lines = asked.map(([name, column], index) => `export const v${index}: Verdict<DB['${name}'], '${column}'> = 0`)
  await folder.write('verdicts.ts', [...header, ...lines].join('\n'))
  const answers = (await folder.diagnostics()).map(({ file, line, message }) => {
    const answer = /type '"(\w+) (\w+) (\w+)"'/.exec(message)
    if (file !== 'verdicts.ts' || answer === null) throw new Error(`${file}(${line}): ${message}`)
    const [, insert, update, nulled] = answer
    const verdict = { insert, update, insertNull: nulled === 'null' } as Verdict
    return [asked[line - 1 - header.length]!.join('.'), verdict] as const
  })
  return new Map(answers)
}

function inserted({ name, values }: WrittenRelation, columns: readonly string[], nulled?: string): Promise<string> {
  if (columns.length === 0) return outcomeOf(`insert into ${name} default values`)
  const list = columns.map((column) => (column === nulled ? 'null' : values[column]))
  return outcomeOf(`insert into ${name} (${columns.join(', ')}) values (${list.join(', ')})`)
}

/** `accepted`, or the server's SQLSTATE; nothing is left of it. */
async function outcomeOf(sql: string): Promise<string> {
  await connection.execute('begin')
  try {
    await connection.execute(sql)
    return 'accepted'
  } catch (error) {
    if (!isPostgresError(error)) throw error
    return error.code
  } finally {
    await connection.execute('rollback')
  }
}
