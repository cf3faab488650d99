/** What the server itself says a workload's rows are: the fingerprints that every driver has to match. */
import type pg from 'pg'

import { columnTypes, type ColumnTypes } from './column-types.ts'
import { hashBytes, hashText, ROW_END, VALUE_END } from './fingerprint.ts'
import { parametersOf, type Workload } from './workload.ts'

export interface Reference {
  readonly rows: number
  readonly hash: string
  /** Of the binary values as sent, for a client that does not decode. */
  readonly wireHash: string
}

export async function referenceOf(client: pg.Client, workload: Workload): Promise<Reference> {
  if (workload.sql === '') return { rows: 0, hash: hashText(''), wireHash: '' }
  const executions = Array.from({ length: workload.inFlight }, (_, n) => parametersOf(workload, n))
  const parameterSets = workload.keys === undefined ? executions : executions.flat().map((key) => [key])
  let rows = 0
  let text = ''
  const wire: Buffer[] = []
  for (const values of parameterSets) {
    const result = await client.query<{ rows: number; text: string; wire: Buffer }>(referenceSql(workload), [...values])
    const row = result.rows[0]
    if (row === undefined) throw new Error(`No reference rows for workload ${workload.name}`)
    rows += row.rows
    text += row.text
    wire.push(row.wire)
  }
  return { rows, hash: hashText(text), wireHash: hashBytes(Buffer.concat(wire)) }
}

function referenceSql({ sql, columns }: Workload): string {
  const text = perColumn(columns, (c, type) => `${columnTypes[type].sql(c)} || E'${escape(VALUE_END)}'`)
  const wire = perColumn(columns, (c, type) => `${columnTypes[type].send}(${c})`)
  return `select count(*)::int4 as rows, coalesce(string_agg(${text} || E'${escape(ROW_END)}', ''), '') as text,
    coalesce(string_agg(${wire}, ''), '') as wire from (${sql}) as workload`
}

function perColumn(columns: ColumnTypes, write: (column: string, type: ColumnTypes[string]) => string): string {
  return Object.entries(columns)
    .map(([name, type]) => write(`"${name}"`, type))
    .join(' || ')
}

function escape(control: string): string {
  return `\\x${control.charCodeAt(0).toString(16)}`
}

/** What a written table must hold after one execution: so many rows, all alike, in the columns' text forms. */
export async function writtenRows(client: pg.Client, workload: Workload): Promise<Reference> {
  const { table } = workload
  const result = await client.query<{ text: string; rows: number }>(
    `select ${perColumn(workload.columns, (c, type) => `${columnTypes[type].sql(c)} || E'${escape(VALUE_END)}'`)} as text,
       count(*)::int4 as rows from ${table} group by 1`,
  )
  const kinds = result.rows.map((row) => row.text)
  return {
    rows: result.rows.reduce((sum, row) => sum + row.rows, 0),
    hash: hashText(kinds.join(ROW_END)),
    wireHash: '',
  }
}

/** The same, computed from the workload's definition. */
export function expectedRows(workload: Workload): Reference {
  const types = Object.values(workload.columns)
  const row = (workload.row ?? []).map((value, n) => columnTypes[types[n] ?? 'text'].write(value) + VALUE_END).join('')
  return { rows: workload.rowsPerExecution ?? 0, hash: hashText(row), wireHash: '' }
}
