/**
 * Proof that a driver does the work it is measured at: every value of every row, written as text and hashed.
 * All lanes execute at once, each with its own key, so a driver that mixed up concurrent replies would fail here.
 */
import { createHash } from 'node:crypto'

import { columnTypes, type ColumnTypes } from './column-types.ts'
import type { BenchSession, Lane, Row } from './drivers/bench-driver.ts'
import { parametersOf, type Workload } from './workload.ts'

/** Between values and after rows; Python and the server's SQL use the same two. */
export const VALUE_END = '\x1f'
export const ROW_END = '\x1e'

export interface Fingerprint {
  readonly rows: number
  readonly hash: string
}

export async function fingerprintOf(session: BenchSession, workload: Workload): Promise<Fingerprint> {
  const results = await Promise.all(lanesOf(session, workload).map((lane, n) => lane(parametersOf(workload, n))))
  if (workload.table !== undefined) return { rows: workload.rowsPerExecution ?? 0, hash: '' }
  const rows = results.flatMap((result) => session.rowsOf(result))
  return { rows: rows.length, hash: hashText(writeRows(rows, workload.columns)) }
}

/** Where connections are borrowed, the proof that they are some is the query on each of them. */
function lanesOf({ lanes, borrow }: BenchSession, { inFlight }: Workload): readonly Lane[] {
  if (borrow === undefined) return lanes
  return Array.from({ length: inFlight }, () => async (parameters: readonly unknown[]) => {
    const connection = await borrow()
    try {
      return await connection.query(parameters)
    } finally {
      await connection.giveBack()
    }
  })
}

function writeRows(rows: readonly Row[], columns: ColumnTypes): string {
  const entries = Object.entries(columns)
  return rows
    .map((row) => entries.map(([name, type]) => columnTypes[type].write(row[name]) + VALUE_END).join('') + ROW_END)
    .join('')
}

export function hashText(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}

/** FNV-1a, 32 bits: short enough to write again in C, for the client that hashes undecoded bytes. */
export function hashBytes(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16)
}
