import { typeOfExpression } from './expression-type.ts'
import { readNodeTree, type TreeNode } from './node-tree.ts'
import { fromServer, QueryDescriptionError } from './query-description-error.ts'
import { targetsOf } from './query-level.ts'
import { nullableColumnsOf } from './query-nullability.ts'
import { numberIn, type QueryRow, type QueryRunner, textIn } from './query-runner.ts'
import { relationsOf } from './relations-of.ts'
import { readServerFacts, type ServerFacts } from './server-facts.ts'
import { readSingleStatement } from './single-statement.ts'
import { asNode, isList, nodeOf, textOf } from './tree-fields.ts'
import { readColumnFacts, type TableFactsReader } from './view-nullability.ts'

export interface QueryDescription {
  /** By their numbers: `$1` is the first. */
  readonly parameters: readonly DescribedType[]
  /** Empty for a statement that gives no rows. */
  readonly columns: readonly DescribedColumn[]
}

export interface DescribedColumn {
  /** Null where the server tells no names: for what cannot stand in a function. */
  readonly name: string | null
  /** Null where the server tells no type: before 16, of some expressions. */
  readonly type: DescribedType | null
  readonly nullable: boolean
}

/** A type; for an array, with the name of what it is an array of. */
export interface DescribedType {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly array: boolean
}

export interface DescribeQueryOptions {
  /** Finds out which columns of tables hold no NULL. It is asked within the transaction. */
  readonly readTableFacts: TableFactsReader
  /** Saves reading them for each query. */
  readonly facts?: ServerFacts
  /** The numbers of the parameters that are never NULL. */
  readonly notNullParameters?: ReadonlySet<number>
}

/** In UTF-16 units. */
const MAX_QUERY_LENGTH = 1024 * 1024

/** What can be prepared, and so described. */
const DESCRIBED = ['select', 'values', 'table', 'with', 'insert', 'update', 'delete', 'merge']

const NAME = '_kysely_pgwire_described'

/**
 * Asks the server what a query takes and gives, without executing it. `run` has to stay on one connection, outside of a transaction.
 *
 * The query is prepared, for its types, and made the body of a temporary function, for its tree; then both are taken back. So it
 * takes the right to make temporary objects, and no standby can do it: without a function, all columns can be NULL.
 *
 * @throws {@link QueryDescriptionError} for what is not one query that the server understands.
 */
export async function describeQuery(
  run: QueryRunner,
  query: string,
  options: DescribeQueryOptions,
): Promise<QueryDescription> {
  const reading = query.length > MAX_QUERY_LENGTH ? refusal('it is too long') : readSingleStatement(query)
  const refused = reading.single ? notDescribed(reading.firstWord) : reading.reason
  if (!reading.single || refused !== undefined) {
    throw new QueryDescriptionError(`Cannot describe the query: ${refused}`)
  }
  const facts = options.facts ?? (await readServerFacts(run))
  await run('begin', [])
  try {
    await run('set local standard_conforming_strings = on', [])
    return await describeInTransaction(run, reading.sql, facts, options)
  } finally {
    await run('rollback', [])
  }
}

function refusal(reason: string): { readonly single: false; readonly reason: string } {
  return { single: false, reason }
}

function notDescribed(firstWord: string): string | undefined {
  return DESCRIBED.includes(firstWord) ? undefined : `${DESCRIBED.join(', ')} can be described, nothing else`
}

async function describeInTransaction(
  run: QueryRunner,
  sql: string,
  facts: ServerFacts,
  options: DescribeQueryOptions,
): Promise<QueryDescription> {
  const refused = await attempt(run, `prepare ${NAME} as `, sql)
  if (refused !== undefined) throw refused
  try {
    // `result_types` there is from 16 on.
    const [statement] = await run(
      `select parameter_types::oid[]::text as parameters,
         ${facts.majorVersion >= 16 ? 'result_types::oid[]::text' : 'null::text'} as results
       from pg_catalog.pg_prepared_statements s where name = '${NAME}'`,
      [],
    )
    const parameterOids = oidsIn(statement, 'parameters') ?? []
    const types = await readTypes(run, parameterOids)
    const parameters = parameterOids.map((oid) => typeFor(types, oid))
    const tree = await readTree(run, sql, parameters)
    const columns = await describeColumns(run, tree, oidsIn(statement, 'results'), facts, options)
    return { parameters, columns }
  } finally {
    // Prepared statements are no part of a transaction, but in one that has failed nothing is done.
    await run(`rollback to savepoint ${NAME}`, [])
    await run(`deallocate ${NAME}`, [])
  }
}

/** Runs a statement so that the transaction goes on if the server refuses it, and gives the server's reason. */
async function attempt(
  run: QueryRunner,
  prefix: string,
  sql: string,
  suffix = '',
): Promise<QueryDescriptionError | undefined> {
  await run(`savepoint ${NAME}`, [])
  try {
    await run(`${prefix}${sql}${suffix}`, [])
    return undefined
  } catch (error) {
    const refusal = fromServer(error, sql, prefix.length)
    if (refusal === undefined) throw error
    await run(`rollback to savepoint ${NAME}`, [])
    return refusal
  }
}

/** The query as the server understands it; undefined where it cannot be the body of a function. */
async function readTree(
  run: QueryRunner,
  sql: string,
  parameters: readonly DescribedType[],
): Promise<TreeNode | undefined> {
  const types = parameters.map(({ oid }) => oid)
  const [written] = await run(
    `select coalesce(string_agg(format('%I.%I', n.nspname, t.typname), ', ' order by given.at), '') as types
     from unnest($1::oid[]) with ordinality given (oid, at)
       join pg_catalog.pg_type t on t.oid = given.oid join pg_catalog.pg_namespace n on n.oid = t.typnamespace`,
    [`{${types.join(',')}}`],
  )
  const signature = `pg_temp.${NAME}(${textIn(written ?? {}, 'types')})`
  // A comment at the end of the query ends with its line.
  const begin = `create function ${signature} returns void language sql begin atomic `
  if ((await attempt(run, begin, sql, '\n; end')) !== undefined) return undefined
  const [body] = await run(
    `select prosqlbody::text as tree from pg_catalog.pg_proc
     where proname = '${NAME}' and pronamespace = pg_catalog.pg_my_temp_schema()`,
    [],
  )
  const reading = readNodeTree(textIn(body ?? {}, 'tree'))
  const statements = reading.readable && isList(reading.value) ? reading.value : []
  const queries = statements.length === 1 && isList(statements[0]) ? statements[0] : []
  const query = queries.length === 1 ? asNode(queries[0]) : undefined
  return query?.tag === 'QUERY' ? query : undefined
}

async function describeColumns(
  run: QueryRunner,
  tree: TreeNode | undefined,
  results: readonly number[] | undefined,
  facts: ServerFacts,
  options: DescribeQueryOptions,
): Promise<DescribedColumn[]> {
  const targets = tree === undefined ? undefined : targetsOf(tree)
  const oids = results ?? targets?.map((target) => typeOfExpression(nodeOf(target, 'expr')))
  const types = await readTypes(run, oids?.filter((oid) => oid !== undefined) ?? [])
  const typed = (oids ?? []).map((oid) => (oid === undefined ? null : typeFor(types, oid)))
  if (tree === undefined || targets?.length !== typed.length) {
    return typed.map((type) => ({ name: null, type, nullable: true }))
  }
  const relations = relationsOf(tree).map(({ oid }) => oid)
  const columns = await readColumnFacts(run, facts, relations, options.readTableFacts)
  const { notNullParameters } = options
  const nullable = nullableColumnsOf(tree, {
    facts,
    columns,
    ...(notNullParameters === undefined ? {} : { notNullParameters }),
  })
  return targets.map((target, index) => ({
    name: textOf(target, 'resname') ?? null,
    type: typed[index] ?? null,
    nullable: nullable[index] ?? true,
  }))
}

async function readTypes(run: QueryRunner, oids: readonly number[]): Promise<ReadonlyMap<number, DescribedType>> {
  const types = new Map<number, DescribedType>()
  if (oids.length === 0) return types
  for (const row of await run(TYPES, [`{${oids.join(',')}}`])) {
    const oid = numberIn(row, 'oid')
    types.set(oid, { oid, schema: textIn(row, 'schema'), name: textIn(row, 'name'), array: row['array'] === 'true' })
  }
  return types
}

const TYPES = `
  select t.oid::text as oid, n.nspname::text as schema, coalesce(e.typname, t.typname)::text as name,
    (e.oid is not null)::text as array
  from pg_catalog.pg_type t
    left join pg_catalog.pg_type e on e.oid = t.typelem and e.typarray = t.oid
    join pg_catalog.pg_namespace n on n.oid = coalesce(e.typnamespace, t.typnamespace)
  where t.oid = any($1::oid[])`

function typeFor(types: ReadonlyMap<number, DescribedType>, oid: number): DescribedType {
  const type = types.get(oid)
  if (type === undefined) throw new QueryDescriptionError('Cannot describe the query: a type of it is gone')
  return type
}

/** An array of OIDs in PostgreSQL's text form. */
function oidsIn(row: QueryRow | undefined, column: string): number[] | undefined {
  const text = row?.[column]
  if (typeof text !== 'string') return undefined
  return text
    .slice(1, -1)
    .split(',')
    .filter((oid) => oid !== '')
    .map(Number)
}
