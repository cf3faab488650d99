/**
 * The table of built-in types against a server's own `pg_type`: a wrong OID, a missing codec, a binary format that the
 * server cannot send. `node test/conformance/pg-type-table.ts [URL]` prints the differences, and fails when there are any.
 */
import pg from 'pg'

import { builtInCodecs } from '../../packages/dialect/src/types/built-in.ts'
import { BINARY, type Codec } from '../../packages/dialect/src/types/codec.ts'

/** All that a value can be of, but for the row types of the server's own tables. */
export const pgTypeQuery: string = `
select
  type.oid,
  type.typname as name,
  type.typlen as length,
  type.typarray as array_oid,
  type.typdelim as delimiter,
  type.typsend <> 0 and coalesce(element.typsend <> 0, true) as sendable
from pg_type as type
left join pg_type as element on element.oid = type.typelem and element.typarray = type.oid
where type.typnamespace = 'pg_catalog'::regnamespace
  and coalesce(element.typtype, type.typtype) in ('b', 'p', 'r', 'm')
order by type.oid`

/** A row of {@link pgTypeQuery}. */
export interface PgTypeRow {
  readonly oid: number
  readonly name: string
  /** `typlen`: bytes in the server's memory; negative when they vary. */
  readonly length: number
  readonly array_oid: number
  readonly delimiter: string
  /** Whether the type has a binary send function, and an array's element has one too. */
  readonly sendable: boolean
}

/** Pseudo-types that stand in the signatures of functions only. Of some a query can return NULL, of none a value. */
export const withoutValues: readonly string[] = [
  'any',
  'anycompatible',
  'anycompatiblearray',
  'anycompatiblemultirange',
  'anycompatiblenonarray',
  'anycompatiblerange',
  'anyelement',
  'anyenum',
  'anymultirange',
  'anynonarray',
  'anyrange',
  'event_trigger',
  'fdw_handler',
  'index_am_handler',
  'internal',
  'language_handler',
  'pg_ddl_command',
  'table_am_handler',
  'trigger',
  'tsm_handler',
]

/** Types that not every supported server has, with the major version that brought them: none, 14 has them all. */
const broughtBy: ReadonlyMap<string, number> = new Map()

/** Bytes on the wire of the types that take others there than in the server's memory. */
const sizesOnTheWire: ReadonlyMap<string, number> = new Map([
  ['name', -1],
  ['void', 0],
])

/** Sendable types whose binary form does not say enough to be read inside a record. */
const unreadableInRecords: readonly string[] = ['money', '_money', 'anyarray']

/** Says, line by line, where `codecs` and the server differ. */
export function differences(
  rows: readonly PgTypeRow[],
  majorVersion: number,
  codecs: readonly Codec[] = builtInCodecs,
): string[] {
  const rowsByOid = new Map(rows.map((row) => [row.oid, row]))
  const known = new Set(codecs.map(({ oid }) => oid))
  return [
    ...rows
      .filter(({ oid, name }) => !known.has(oid) && !withoutValues.includes(name))
      .map(({ oid, name }) => `${name} (${oid}) has no codec`),
    ...codecs
      .filter(({ name }) => (broughtBy.get(name) ?? 0) <= majorVersion)
      .flatMap((codec) => differencesOf(codec, rowsByOid.get(codec.oid))),
  ]
}

function differencesOf(codec: Codec, row: PgTypeRow | undefined): string[] {
  if (row === undefined) return [`${codec.name} claims the OID ${codec.oid}, which is no type`]
  const binary = codec.format === BINARY
  const size = binary ? (sizesOnTheWire.get(row.name) ?? Math.max(row.length, -1)) : -1
  const found: string[] = []
  const compare = (what: string, ours: number | string, server: number | string): void => {
    if (ours !== server) found.push(`${codec.name} has the ${what} ${ours}, the server has ${server}`)
  }
  compare('name', codec.name, row.name)
  compare('array OID', codec.arrayOid, row.array_oid)
  compare('delimiter', codec.delimiter, row.delimiter)
  compare('size', codec.size, size)
  if (binary && !row.sendable) found.push(`${codec.name} is binary, and the server cannot send it`)
  if (!binary && row.sendable && codec.decodeBinary === undefined && !unreadableInRecords.includes(codec.name)) {
    found.push(`${codec.name} is text, and cannot be read inside a record`)
  }
  return found
}

if (import.meta.main) {
  const client = new pg.Client(process.argv[2] ?? process.env['PG_TEST_URL'])
  await client.connect()
  const { rows } = await client.query<PgTypeRow>(pgTypeQuery)
  const version = await client.query<{ server_version_num: string }>('show server_version_num')
  await client.end()
  const majorVersion = Math.trunc(Number(version.rows[0]!.server_version_num) / 10_000)
  const found = differences(rows, majorVersion)
  process.stdout.write(found.map((line) => `${line}\n`).join(''))
  process.stdout.write(`${builtInCodecs.length} codecs, ${rows.length} types, ${found.length} differences\n`)
  if (found.length > 0) process.exitCode = 1
}
