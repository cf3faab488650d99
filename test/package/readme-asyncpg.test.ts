/** The README's table of asyncpg's names: it has all of them, and what it says is here is here. */
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const sources = join(root, 'packages/dialect/src')
const readme = await readFile(join(root, 'README.md'), 'utf8')

/** asyncpg 0.31: what its documentation names. */
const asyncpg = `
  connect create_pool dsn host port user password passfile service servicefile database loop timeout
  statement_cache_size max_cached_statement_lifetime max_cacheable_statement_size command_timeout ssl direct_tls
  connection_class record_class server_settings target_session_attrs krbsrvname gsslib
  add_listener add_log_listener add_query_logger add_termination_listener close copy_from_query copy_from_table
  copy_records_to_table copy_to_table cursor execute executemany fetch fetchmany fetchrow fetchval get_reset_query
  get_server_pid get_server_version get_settings is_closed is_in_transaction prepare query_logger reload_schema_state
  remove_listener remove_log_listener remove_query_logger remove_termination_listener reset reset_type_codec
  set_builtin_type_codec set_type_codec terminate transaction column
  isolation readonly deferrable start commit rollback
  explain get_attributes get_name get_parameters get_query get_statusmsg forward
  acquire release expire_connections get_idle_size get_max_size get_min_size get_size is_closing set_connect_args
  min_size max_size max_queries max_inactive_connection_lifetime setup init
  Record Range BitString Point Box Line LineSegment Path Polygon Circle Type Attribute ServerVersion
  PostgresError UniqueViolationError sqlstate detail hint constraint_name table_name schema_name column_name
  InterfaceError InterfaceWarning ClientConfigurationError DataError ConnectionDoesNotExistError TimeoutError
  InternalClientError ProtocolError OutdatedSchemaCacheError InvalidCachedStatementError PostgresLogMessage
  PostgresWarning UnsupportedClientFeatureError UnsupportedServerFeatureError TargetServerAttributeNotMatched
`
  .trim()
  .split(/\s+/)

/** Where what a dotted name begins with is declared. */
const declaredIn: Readonly<Record<string, string>> = {
  connection: 'client/connection.ts',
  transaction: 'client/transaction.ts',
  statement: 'client/prepared.ts',
  cursor: 'client/cursor.ts',
  pool: 'pool/pool.ts',
  lease: 'pool/lease.ts',
  result: 'connection/exchanges/query.ts',
  error: 'errors/*.ts',
}

/** Words of the language, and values, that stand between backticks. */
const notOurs = new Set(['for await', 'begin', 'log', 'disable', 'require', 'verify-full'])

const text = async (pattern: string): Promise<string> => {
  const files: string[] = []
  for await (const file of glob(pattern, { cwd: sources })) if (!file.includes('.test.')) files.push(file)
  return (await Promise.all(files.map((file) => readFile(join(sources, file), 'utf8')))).join('\n')
}

const rows = tableRows()
const exported = await text('{index,types,errors/sqlstate-errors.generated}.ts')
const options = await text('{client,config,pool,kysely,listen}/**/*.ts')

function tableRows(): [theirs: string, ours: string][] {
  const lines = readme.split('\n')
  const begin = lines.findIndex((line) => line === '| asyncpg | here |')
  const length = lines.slice(begin).findIndex((line) => !line.startsWith('|'))
  return lines.slice(begin + 2, begin + length).map((line) => {
    const [, theirs = '', ours = ''] = line.split('|')
    return [theirs.trim(), ours.trim()]
  })
}

function code(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name)
}

async function exists(name: string): Promise<boolean> {
  const [subject = '', member] = name.split('.')
  if (member !== undefined) {
    const declared = await text(declaredIn[subject] ?? 'nowhere')
    // A member, or a field that comes from a table of them.
    return (
      new RegExp(String.raw`^  (?:(?:async|get|readonly|declare|override) )*${member}[(<:?]|'${member}'`, 'm').test(
        declared,
      ) || new RegExp(String.raw`^  readonly ${member} =`, 'm').test(declared)
    )
  }
  // With a value: `prepare: false`.
  const [option = ''] = name.split(':')
  return (
    new RegExp(String.raw`\b${option}\b`).test(exported) || new RegExp(String.raw`readonly ${option}\?:`).test(options)
  )
}

const ours = [...new Set(rows.flatMap(([, cell]) => code(cell)))].filter((name) => !notOurs.has(name))

test('the table is there', () => {
  expect(rows.length).toBeGreaterThan(50)
  expect(ours.length).toBeGreaterThan(80)
})

test('every name of asyncpg is in it', () => {
  const named = new Set(rows.flatMap(([cell]) => code(cell)))
  expect(asyncpg.filter((name) => !named.has(name))).toEqual([])
})

test.each(ours)('%s is here', async (name) => {
  expect(await exists(name)).toBe(true)
})

test('a name that is not here would be noticed', async () => {
  for (const name of [
    'connection.fetchmany',
    'pool.release',
    'error.sqlstate',
    'Records',
    'minSize',
    'result.status',
  ]) {
    expect(await exists(name), name).toBe(false)
  }
})
