/**
 * What the generated types let somebody write, the server takes: values of all kinds against columns of all types, the compiler's verdict
 * against the server's. Where the compiler says yes and the server no, one of the reasons that are listed here has to be the reason.
 */
import { CodecError, connect, isPostgresError } from 'kysely-pgwire'
import { afterAll, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import { EXPRESSION_IMPORTS, valueExpression } from '../support/value-expression.ts'
import { compiledFolder } from './codegen/compiler.ts'
import { type AnyKysely, catalogOf, generated, openKysely } from './codegen/generated-types.ts'
import { profiles } from './codegen/profiles.ts'
import { isWhatWasWritten, probes, refusals } from './codegen/write-probes.ts'
import { subjectsOn } from './subjects.ts'

/** As many as do not wait for long in a pool's queue. */
const AT_ONCE = 100

const ACCEPTED = 'accepted'

/** Profiles that read as text, or as `pg` would, some of what can be written in another form: they are only asked whether it is taken. */
const readsOtherwise = new Set(['strings', 'asPg', 'nodePostgres'])

const reasons: ReadonlySet<string> = new Set(refusals.map(({ reason }) => reason))

const database = await sharedServer().createDatabase()
const subjects = (await subjectsOn(database.url)).filter(
  ({ key, storable, rows }) => storable && rows.length > 0 && !key.startsWith('_'),
)
const relations = new Map<string, readonly string[]>()
await createTables()
const folder = await compiledFolder()
const catalog = await catalogOf(database.url)

afterAll(async () => {
  await folder[Symbol.asyncDispose]()
  await database.drop()
})

const tried = process.env['PGWIRE_FULL'] === '1' ? Object.keys(profiles) : ['defaults']

test.each(Object.entries(profiles).filter(([name]) => tried.includes(name)))(
  'profile %s',
  async (name, types) => {
    await using db = openKysely(database.url, types)
    await folder.write('db.ts', generated(catalog, types).text)
    const cases = [...relations].flatMap(([relation, columns]) =>
      columns.flatMap((column) => probes.map((value) => ({ relation, column, value }))),
    )
    const allowed = await compiled(cases)
    const outcomes: string[] = []
    for (let at = 0; at < cases.length; at += AT_ONCE) {
      outcomes.push(
        ...(await Promise.all(
          cases.slice(at, at + AT_ONCE).map((each) => outcomeOf(db, each, !readsOtherwise.has(name))),
        )),
      )
    }
    const refused = cases.flatMap((each, index) =>
      allowed[index] && outcomes[index] !== ACCEPTED ? [refusalOf(each, outcomes[index]!)] : [],
    )
    const taken = cases.filter((_case, index) => allowed[index] && outcomes[index] === ACCEPTED).length
    const looser = cases.filter((_case, index) => !allowed[index] && outcomes[index] === ACCEPTED).length
    process.stdout.write(
      `${name}: ${cases.length} cases, ${taken} taken by both, ${refused.length} refused by the server alone, ${looser} by the compiler alone\n`,
    )
    expect(refused.filter((reason) => !reasons.has(reason))).toEqual([])
    // Every reason is met, and most of what compiles is taken: none of them says too much, and not all is refused.
    expect(new Set(refused)).toEqual(reasons)
    expect(taken).toBeGreaterThan(1000)
  },
  120_000,
)

test.each(Object.entries(profiles))(
  'profile %s: what is read may be written again',
  async (_name, types) => {
    await folder.write('db.ts', generated(catalog, types).text)
    const columns = [...relations].flatMap(([relation, names]) => names.map((column) => [relation, column] as const))
    const lines = columns.map(([relation, column], index) => {
      const [read, written] = ['Selectable', 'Insertable'].map((kind) => `${kind}<DB["${relation}"]>["${column}"]`)
      return `export const w${index}: [${read}] extends [${written}] ? true : false = true`
    })
    await folder.write(
      'writes.ts',
      [`import type { Insertable, Selectable } from 'kysely'`, `import type { DB } from './db.ts'`, ...lines].join(
        '\n',
      ),
    )
    expect((await folder.diagnostics()).map(({ line, message }) => `${lines[line - 3]} ${message}`)).toEqual([])
  },
  60_000,
)

interface Case {
  readonly relation: string
  readonly column: string
  readonly value: unknown
}

async function createTables(): Promise<void> {
  await using connection = await connect(database.url)
  const statements = subjects.flatMap(({ key, type, hasArray }) => {
    const columns = { alone: type, ...(hasArray ? { list: `${type}[]` } : {}), dom: `"d_${key}"`, pair: `"p_${key}"` }
    relations.set(`w_${key}`, Object.keys(columns))
    return [
      `create domain "d_${key}" as ${type}`,
      `create type "p_${key}" as (a ${type})`,
      `create table "w_${key}" (${Object.entries(columns)
        .map(([name, of]) => `${name} ${of}`)
        .join(', ')})`,
    ]
  })
  for (const statement of statements) await connection.execute(statement)
  await connection.execute(`
    create type mood as enum ('x', 'ok');
    create table w_limited (short varchar(2), positive int4 check (positive > 0), exact numeric(3, 2), label mood, labels mood[])`)
  relations.set('w_limited', ['short', 'positive', 'exact', 'label', 'labels'])
}

/** Whether the compiler takes each value. */
async function compiled(cases: readonly Case[]): Promise<boolean[]> {
  const header = [
    ...EXPRESSION_IMPORTS.split('\n'),
    `import type { Insertable } from 'kysely'`,
    `import type { DB } from './db.ts'`,
  ]
  const lines = cases.map(
    ({ relation, column, value }, index) =>
      `export const v${index}: Insertable<DB["${relation}"]>["${column}"] = ${valueExpression(value, 'Polyfill')}`,
  )
  await folder.write('writes.ts', [...header, ...lines].join('\n'))
  const refused = new Set(
    (await folder.diagnostics()).map(({ file, line, message }) => {
      if (file !== 'writes.ts' || line <= header.length) throw new Error(`${file}(${line}): ${message}`)
      return line - 1 - header.length
    }),
  )
  return cases.map((_case, index) => !refused.has(index))
}

async function outcomeOf(db: AnyKysely, { relation, column, value }: Case, compared: boolean): Promise<string> {
  try {
    const row = await db
      .insertInto(relation)
      .values({ [column]: value })
      .returning(column)
      .executeTakeFirstOrThrow()
    return !compared || isWhatWasWritten(value, row[column]) ? ACCEPTED : 'changed'
  } catch (error) {
    if (isPostgresError(error)) return error.code
    if (error instanceof CodecError) return error.message.replace(/^.*?: /, '').slice(0, 80)
    throw error
  }
}

/** The reason, or what would need one. */
function refusalOf({ relation, column, value }: Case, outcome: string): string {
  const type = relation.replace(/^w_/, '')
  const found = refusals.find(
    (refusal) => refusal.about(value) && refusal.types.test(type) && refusal.outcome.test(outcome),
  )
  return found?.reason ?? `${relation}.${column} ${valueExpression(value, 'Polyfill')}: ${outcome}`
}
