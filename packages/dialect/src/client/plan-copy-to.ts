import type { ConnectionSettings } from '../config/connection-settings.ts'
import { firstWord } from '../connection/error-outcome.ts'
import { typesChanged } from '../connection/look-up-types.ts'
import type { ServerSession } from '../connection/server-session.ts'
import type { Turn } from '../connection/session.ts'
import type { Statement } from '../connection/statement.ts'
import { ByteCollector } from '../copy/collectors.ts'
import { columnList, optionList } from '../copy/copy-options.ts'
import type { CopyOutPlan } from '../copy/copy-out.ts'
import { type CopyTable, quotedTable } from '../copy/copy-table.ts'
import { describeColumns } from '../copy/describe-columns.ts'
import { inlineParameters } from '../copy/inline-parameters.ts'
import { quotedIdentifier } from '../copy/quoted.ts'
import { RowCollector } from '../copy/row-collector.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { type Codec, TEXT } from '../types/codec.ts'
import { RowDecoder } from '../types/rows/row-decoder.ts'
import type { RowMode } from '../types/rows/row-function.ts'
import { type CopyOrigin, type CopyQuery, type CopyToOptions, type CopyToRowsOptions, isQuery } from './copy-to.ts'
import { runQuery } from './query.ts'

interface CopyTo {
  readonly server: ServerSession
  readonly settings: ConnectionSettings
  readonly origin: CopyOrigin
  readonly unwanted: AbortSignal
}

type Plan = CopyOutPlan<unknown>

/** Finds the statement: types and parameters of a query have to be asked for first. */
export async function planCopyTo(copy: CopyTo, options: CopyToOptions | CopyToRowsOptions): Promise<Plan> {
  const { server, origin } = copy
  if (options.format === 'rows') {
    const query = isQuery(origin) ? await wholeQuery(copy, origin) : selectOf(origin, options.columns)
    const statement = await describeTypes(copy, query).catch((error: unknown) => withoutValues(error, origin))
    return planRows(server, query, statement, options.rowMode ?? 'object')
  }
  const list = optionList(options.format ?? 'text', options)
  const from = isQuery(origin)
    ? subquery(await wholeQuery(copy, origin))
    : `${quotedTable(origin)}${columnList(options.columns)}`
  return { sql: `copy ${from} to stdout ${list}`, collector: new ByteCollector() }
}

function planRows({ catalog }: ServerSession, query: string, statement: Statement, rowMode: RowMode): Plan {
  const { columns, codecs } = statement
  const decoded = columns.map(({ name }, index) => ({ name, codec: codecs[index]! }))
  return {
    sql: `copy ${subquery(inBinary(query, codecs))} to stdout (format binary)`,
    collector: new RowCollector(new RowDecoder(decoded, rowMode)),
    query,
    describes: (fields) => catalog.describes(statement, fields),
  }
}

/** Those of which nothing but rows can come, so that they can be in a FROM. */
const READING: ReadonlySet<string> = new Set(['select', 'values', 'table'])

/**
 * Columns that travel as text are made text by the server, with the type's own output function and no cast of somebody's.
 * The query may be of any kind, even one that writes; what reads is put where no row of it has to be kept.
 */
function inBinary(query: string, codecs: readonly Codec[]): string {
  if (codecs.every(({ format }) => format !== TEXT)) return query
  const names = codecs.map((_, index) => `c${index}`)
  const outputs = names.map((name, index) =>
    codecs[index]!.format === TEXT
      ? `case when ${name} is distinct from null then pg_catalog.format('%s', ${name}) end`
      : name,
  )
  const columns = `"_" (${names.join(', ')})`
  if (READING.has(firstWord(query))) return `select ${outputs.join(', ')} from ${subquery(query)} as ${columns}`
  return `with ${columns} as ${subquery(query)} select ${outputs.join(', ')} from "_"`
}

function selectOf(table: CopyTable, columns: readonly string[] | undefined): string {
  return `select ${columns?.map(quotedIdentifier).join(', ') ?? '*'} from ${quotedTable(table)}`
}

async function wholeQuery(copy: CopyTo, { query, parameters = [] }: CopyQuery): Promise<string> {
  if (parameters.length === 0) return query
  const { server, settings } = copy
  const { parameterOids, parameterCodecs } = await describeTypes(copy, query)
  const { rows } = await runQuery(server, settings, TYPE_NAMES, [parameterOids], { rowMode: 'array' })
  const names = (rows as [string][]).map(([name]) => name)
  const types = parameterCodecs.map((codec, index) => ({ codec, name: names[index]! }))
  const backslashes = server.session.parameters.get('standard_conforming_strings') === 'off'
  return inlineParameters(query, parameters, types, backslashes)
}

/** With -1, `character` and `bit` are named so that they have no length of 1. */
const TYPE_NAMES = `select pg_catalog.format_type(oid, -1)
from pg_catalog.unnest($1::pg_catalog.oid[]) with ordinality as types (oid, place)
order by place`

/**
 * Describes a query. Types that were looked up once are compared with what the server says now: with a COPY there is no
 * second try for rows of a composite that was altered.
 */
async function describeTypes(copy: CopyTo, query: string): Promise<Statement> {
  const { server, settings, unwanted } = copy
  const statement = await describeColumns(server, query, { settings, signal: unwanted })
  const oids = [...statement.parameterOids, ...statement.columns.map(({ typeOid }) => typeOid)]
  const doubtful = [...new Set(oids)].filter((oid) => server.catalog.lookedUp(oid))
  if (doubtful.length === 0) return statement
  const turn = await new Promise<Turn>((resolve, reject) => server.session.turn(resolve, reject))
  const changed = await typesChanged(server, turn, statement.generation, doubtful).finally(() => turn.end())
  return changed ? describeColumns(server, query, { settings, signal: unwanted }) : statement
}

/** Values are written into what was described: its error is told of the query as it was given. */
function withoutValues(error: unknown, origin: CopyOrigin): never {
  const inlined = isQuery(origin) && (origin.parameters?.length ?? 0) > 0
  if (inlined && error instanceof PostgresError) error.concernWithoutPlace(origin.query)
  throw error
}

/** The newline ends a comment that the query may end with. */
function subquery(query: string): string {
  return `(${query}\n)`
}
