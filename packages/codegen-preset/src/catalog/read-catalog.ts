/** Reads a {@link Catalog} in one snapshot of the database, through whatever driver. */
import { sql } from 'kysely'

import {
  CATALOG_FORMAT,
  type Catalog,
  type CatalogArgument,
  type CatalogColumn,
  type CatalogRelation,
  type CatalogRoutine,
  type TypeName,
} from './catalog.ts'
import { sortedBy } from './code-unit-order.ts'
import { type KeyRow, keysQuery } from './keys-query.ts'
import { type AnyKysely, readJson } from './query-runner.ts'
import { readTypes } from './read-types.ts'
import { readViews, type ViewColumn, type ViewFacts } from './read-views.ts'
import { type ColumnRow, type RelationRow, relationsQuery } from './relations-query.ts'
import { type RoutineRow, routinesQuery } from './routines-query.ts'
import { elementOf, typeName } from './type-name.ts'

/**
 * Reads all schemas but the system's own. What is to be generated is chosen later, because types and keys lead from one schema
 * to another.
 */
export async function readCatalog(db: AnyKysely): Promise<Catalog> {
  return db
    .withoutPlugins()
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (transaction) => {
      await sql.raw(OWN_PATH).execute(transaction)
      return read(transaction)
    })
}

/** For the transaction, PostgreSQL's own types, functions and operators go before a user's of the same names. */
const OWN_PATH = 'set local search_path = pg_catalog, pg_temp'

async function read(db: AnyKysely): Promise<Catalog> {
  const serverVersion = await readJson<number>(
    db,
    "select (current_setting('server_version_num')::int / 10000)::text as json",
  )
  const relations = await readJson<RelationRow[]>(db, relationsQuery)
  const keys = await readJson<KeyRow[]>(db, keysQuery)
  const routines = await readJson<RoutineRow[]>(db, routinesQuery)
  const used = [
    ...relations.flatMap(({ columns }) => columns.map(({ typeOid }) => typeOid)),
    ...routines.flatMap(({ argumentOids, returnsOid }) => [...argumentOids, returnsOid]),
  ]
  const { nameOf, types } = await readTypes(db, used)
  const domains = new Map(types.flatMap((type) => (type.kind === 'domain' ? [[typeName(type), type]] : [])))
  const views = await readViews(db, relations, (oid) => domains.get(nameOf(oid)) ?? NO_RULES)
  const keysOf = Map.groupBy(keys, ({ relationOid }) => relationOid)
  return {
    format: CATALOG_FORMAT,
    serverVersion,
    relations: sortedBy(
      relations.map((row) => relationOf(row, keysOf.get(row.oid) ?? [], nameOf, views.get(row.oid))),
      ({ schema, name }) => [schema, name],
    ),
    types: sortedBy(types, ({ schema, name }) => [schema, name]),
    routines: sortedBy(
      routines.map((row) => routineOf(row, nameOf)),
      // Of what is given and what is returned there may be the same types in the same order.
      (routine) => [routine.schema, routine.name, ...routine.arguments.map(({ type, mode }) => `${type} ${mode}`)],
    ),
  }
}

/** Of a type that is no domain. */
const NO_RULES = { notNull: false, hasDefault: false } as const

function relationOf(
  row: RelationRow,
  keys: readonly KeyRow[],
  nameOf: (oid: number) => TypeName,
  view: ViewFacts | undefined,
): CatalogRelation {
  const { schema, name, kind, partition, comment } = row
  const { insertable, updatable, deletable } = view?.writes ?? row
  const own = sortedBy(keys, (key) => [key.name])
  const primaryKey = own.find((key) => key.kind === 'p')
  return {
    schema,
    name,
    kind,
    partition,
    comment,
    insertable,
    updatable,
    deletable,
    columns: row.columns.map((column) => columnOf(column, nameOf, view?.columns.get(column.number))),
    primaryKey: primaryKey === undefined ? null : { name: primaryKey.name, columns: primaryKey.columns },
    uniqueKeys: own
      .filter((key) => key.kind === 'u')
      .map(({ name, columns, nullsNotDistinct }) => ({ name, columns, nullsNotDistinct })),
    foreignKeys: own.flatMap(({ kind, name, columns, references }) =>
      kind === 'f' && references !== null ? [{ name, columns, references }] : [],
    ),
  }
}

function columnOf(row: ColumnRow, nameOf: (oid: number) => TypeName, view: ViewColumn | undefined): CatalogColumn {
  const type = nameOf(row.typeOid)
  const { name, dimensions, notNull, proved, generated, identity, hasDefault, comment } = row
  return {
    name,
    type,
    dimensions: elementOf(type) === null ? 0 : (view?.dimensions ?? Math.max(1, dimensions)),
    notNull: notNull || (view?.notNull ?? false),
    nullable: view?.nullable ?? !proved,
    generated: generated ?? view?.generated ?? null,
    identity: identity ?? view?.identity ?? null,
    hasDefault: hasDefault || (view?.hasDefault ?? false),
    updatable: view?.updatable ?? row.updatable,
    comment,
  }
}

const MODES: Readonly<Record<string, CatalogArgument['mode']>> = {
  i: 'in',
  o: 'out',
  b: 'inout',
  v: 'variadic',
  t: 'table',
}

function routineOf(row: RoutineRow, nameOf: (oid: number) => TypeName): CatalogRoutine {
  const { schema, name, kind, argumentOids, argumentModes, argumentNames, returnsSet, strict, comment } = row
  const modes = argumentOids.map((_, index) => MODES[argumentModes?.[index] ?? 'i'] ?? 'in')
  const inputs = modes.flatMap((mode, index) => (mode === 'out' || mode === 'table' ? [] : [index]))
  const defaulted = new Set(inputs.slice(inputs.length - row.defaults))
  return {
    schema,
    name,
    kind,
    arguments: argumentOids.map((oid, index) => ({
      name: argumentNames?.[index] ?? '',
      type: nameOf(oid),
      mode: modes[index]!,
      hasDefault: defaulted.has(index),
    })),
    returns: nameOf(row.returnsOid) === 'void' && kind === 'procedure' ? null : nameOf(row.returnsOid),
    returnsSet,
    strict,
    comment,
  }
}
