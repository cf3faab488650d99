/** What the conformance tests try: each codec of the tables with its values, under the name that its type has on a server. */
import pg from 'pg'

import { builtInCodecs } from '../../packages/dialect/src/types/built-in.ts'
import { codecCases } from '../../packages/dialect/src/types/codec.cases.ts'
import type { Codec } from '../../packages/dialect/src/types/codec.ts'
import { extensionCases } from '../../packages/dialect/src/types/extensions.cases.ts'
import { extensionCodecs } from '../../packages/dialect/src/types/extensions.ts'
import { valueFromText } from '../../packages/dialect/src/types/text-form.ts'

export interface Subject {
  /** The codec, with the OIDs that the server has given it. */
  readonly codec: Codec
  /** The type in SQL: quoted, with its schema. */
  readonly type: string
  /** Part of the names of what is made from the type. */
  readonly key: string
  readonly rows: readonly SubjectRow[]
  /** A domain can be made over it, and a column: it is no pseudo-type, and no array of one. */
  readonly storable: boolean
  readonly hasArray: boolean
  /** A range can be made over it. */
  readonly hasOrder: boolean
  /** It can stand in a record, which is always binary. */
  readonly hasSend: boolean
  /** The server reads values of it. */
  readonly hasInput: boolean
}

export interface SubjectRow {
  readonly text: string
  readonly value: unknown
  /** Whether the value is encoded as exactly this text, or is only what is left of it in JavaScript. */
  readonly exact: boolean
}

/** How values are printed that are compared with the tables. */
export const printed = "set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'iso_8601'"

/** The extensions that have types of their own in the table. */
const extensions = ['citext', 'cube', 'hstore', 'ltree', 'seg', 'vector', 'postgis']

const UNDEFINED_OBJECT = '42704'
const UNDEFINED_FUNCTION = '42883'
const FEATURE_NOT_SUPPORTED = '0A000'

interface CatalogRow {
  readonly oid: number
  readonly name: string
  readonly schema: string
  readonly storable: boolean
  readonly array_oid: number
  readonly has_send: boolean
}

/** Creates the extensions that the server has, and gives the subjects that it knows, each with the rows that it knows. */
export async function subjectsOn(url: string): Promise<Subject[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      'select name from pg_available_extensions where name = any($1) order by name',
      [extensions],
    )
    for (const { name } of rows) await client.query(`create extension if not exists ${name}`)
    await client.query(printed)
    const catalog = await client.query<CatalogRow>(`
      select t.oid, t.typname as name, nspname as schema, t.typarray as array_oid,
        t.typtype <> 'p' and element.typtype is distinct from 'p' as storable,
        t.typsend <> 0 and element.typsend is distinct from 0 as has_send
      from pg_type t
      join pg_namespace n on n.oid = t.typnamespace
      left join pg_type element on element.oid = t.typelem`)
    const subjects: Subject[] = []
    for (const codec of [...builtInCodecs, ...extensionCodecs]) {
      const row = catalog.rows.find(({ oid, name }) => (codec.oid === 0 ? name === codec.name : oid === codec.oid))
      if (row !== undefined) subjects.push(await subjectOf(client, codec, row))
    }
    return subjects
  } finally {
    await client.end()
  }
}

async function subjectOf(client: pg.Client, codec: Codec, row: CatalogRow): Promise<Subject> {
  const type = `${pg.escapeIdentifier(row.schema)}.${pg.escapeIdentifier(row.name)}`
  const { storable } = row
  const input = await hasInput(client, type)
  const rows = input ? await knownRows(client, type, rowsOf(codec)) : []
  return {
    codec: { ...codec, oid: row.oid, arrayOid: row.array_oid },
    type,
    key: row.name,
    rows,
    storable,
    hasArray: row.array_oid !== 0 && storable,
    hasOrder: storable && (await hasOrder(client, type, rows[0])),
    hasSend: row.has_send,
    hasInput: input,
  }
}

/** The cases and samples of a codec. */
function rowsOf(codec: Codec): SubjectRow[] {
  const cases = [...codecCases, ...extensionCases].find((each) => each.codec.name === codec.name)
  return [
    ...(cases?.valid ?? []).map(([value, text]) => ({ text, value, exact: true })),
    ...(cases?.received ?? []).map(([text, , value]) => ({ text, value, exact: false })),
    ...codec.samples.map((text) => ({ text, value: valueFromText(codec, text), exact: false })),
  ]
}

/** Leaves out what a server that is not the newest does not know yet, or prints otherwise. */
async function knownRows(client: pg.Client, type: string, rows: SubjectRow[]): Promise<SubjectRow[]> {
  const { rows: version } = await client.query<{ newest: boolean }>(
    `select current_setting('server_version_num')::int >= 180000 as newest`,
  )
  if (version[0]!.newest) return rows
  const known: SubjectRow[] = []
  for (const row of rows) {
    const { rows: answer } = await client
      .query<{ text: string }>(`select format('%s', ${literal(row.text)}::${type}) as text`)
      .catch(() => ({ rows: [] }))
    if (answer[0]?.text === row.text) known.push(row)
  }
  return known
}

/** Whether a range can be made, of the type and of a value: an array has an order when its elements have one. */
async function hasOrder(client: pg.Client, type: string, row: SubjectRow | undefined): Promise<boolean> {
  if (row === undefined) return false
  const value = `${literal(row.text)}::${type}`
  await client.query('begin')
  try {
    await client.query(
      `create type pg_temp.probe as range (subtype = ${type}); select pg_temp.probe(${value}, ${value}, '[]')`,
    )
    return true
  } catch (error) {
    const { code } = error as pg.DatabaseError
    if (code === UNDEFINED_OBJECT || code === UNDEFINED_FUNCTION) return false
    throw error
  } finally {
    await client.query('rollback')
  }
}

/** The server makes values of some types, and reads none, not even as the element of an array. */
async function hasInput(client: pg.Client, type: string): Promise<boolean> {
  try {
    await client.query(`select '{x}'::${type}`)
    return true
  } catch (error) {
    return (error as pg.DatabaseError).code !== FEATURE_NOT_SUPPORTED
  }
}

/** A string in SQL, with whatever is in it. */
export function literal(text: string): string {
  return pg.escapeLiteral(text)
}
