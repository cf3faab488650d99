/** A database with every type of its server in every place, and what the driver gives for it. */
import { CodecError, connect } from 'kysely-pgwire'
import type { PgTypes } from 'kysely-pgwire/types'

import type { Catalog } from '../../../packages/codegen-preset/src/catalog/catalog.ts'
import type { TestDatabase, TestServer } from '../../support/test-server.ts'
import { printed, type Subject, subjectsOn } from '../subjects.ts'
import { awkwardSchema, viewsOver } from './awkward-schema.ts'
import { type AnyKysely, catalogOf, openKysely } from './generated-types.ts'
import { matrixOf } from './matrix.ts'

export interface RichDatabase extends AsyncDisposable {
  readonly url: string
  readonly subjects: readonly Subject[]
  readonly catalog: Catalog
}

/** `views`: whether there is a view over each table. */
export async function richDatabase(server: TestServer, { views }: { readonly views: boolean }): Promise<RichDatabase> {
  const database = await server.createDatabase()
  const subjects = await subjectsOn(database.url)
  await fill(database, subjects)
  const made = await catalogOf(database.url)
  if (!views) return { ...database, subjects, catalog: made }
  const tables = made.relations.filter(({ kind, schema }) => kind === 'table' && schema === 'public')
  await run(database, viewsOver(tables.map(({ name }) => name)))
  return { ...database, subjects, catalog: await catalogOf(database.url) }
}

async function fill(database: TestDatabase, subjects: readonly Subject[]): Promise<void> {
  await run(database, [...matrixOf(subjects).flatMap(({ script }) => script), ...awkwardSchema])
}

async function run({ url }: TestDatabase, statements: readonly string[]): Promise<void> {
  await using connection = await connect(url)
  await connection.execute(printed)
  for (const statement of statements) await connection.execute(statement)
}

/** What was read from one column. */
export interface ReadColumn {
  /** The relation's name, which is its key in `DB` here. */
  readonly relation: string
  readonly column: string
  readonly values: readonly unknown[]
  /** How many values the profile refuses, as it says in an error. */
  readonly refused: number
}

/** Reads all relations of the schema `public` by the driver with a profile. */
export async function readColumns({ url, catalog }: RichDatabase, types: PgTypes): Promise<ReadColumn[]> {
  await using db = openKysely(url, types)
  const columns: ReadColumn[] = []
  for (const relation of catalog.relations.filter(({ schema }) => schema === 'public')) {
    const rows = await rowsOf(db, relation.name)
    for (const { name } of relation.columns) {
      columns.push({
        relation: relation.name,
        column: name,
        ...(rows === undefined
          ? await readOneByOne(db, relation.name, name)
          : { values: rows.map((row) => row[name]), refused: 0 }),
      })
    }
  }
  return columns
}

/** Undefined where a value is one that the profile refuses. */
async function rowsOf(db: AnyKysely, relation: string): Promise<Record<string, unknown>[] | undefined> {
  try {
    return await db.selectFrom(relation).selectAll().execute()
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}

async function readOneByOne(
  db: AnyKysely,
  relation: string,
  column: string,
): Promise<Pick<ReadColumn, 'refused' | 'values'>> {
  const { count } = await db.selectFrom(relation).select(db.fn.countAll<string>().as('count')).executeTakeFirstOrThrow()
  const values: unknown[] = []
  let refused = 0
  for (let offset = 0; offset < Number(count); offset++) {
    try {
      const query = db.selectFrom(relation).select(column).offset(offset).limit(1)
      values.push((await query.executeTakeFirstOrThrow())[column])
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      refused++
    }
  }
  return { values, refused }
}
