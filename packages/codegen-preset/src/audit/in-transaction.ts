import { sql } from 'kysely'

import type { AnyKysely } from '../catalog/query-runner.ts'

/** What a check may do and take. */
export interface Limits {
  readonly rows: number | undefined
  readonly statementTimeoutMs: number
}

/**
 * Runs `work` in a transaction that can write nothing and whose statements end in time. Names mean what they mean without any schema
 * in the path; row security is not to hide a row: it makes an error instead. Gives the reason where the server refuses.
 */
export async function inTransaction<Result>(
  db: AnyKysely,
  { statementTimeoutMs }: Limits,
  work: (transaction: AnyKysely) => Promise<Result>,
): Promise<Result | Refusal> {
  try {
    return await db
      .transaction()
      .setAccessMode('read only')
      .execute(async (transaction) => {
        await sql
          .raw(
            `select pg_catalog.set_config('statement_timeout', '${statementTimeoutMs}', true),
              pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
              pg_catalog.set_config('row_security', 'off', true)`,
          )
          .execute(transaction)
        return work(transaction)
      })
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === undefined) throw error
    return refusal
  }
}

/** Why the server did not answer. */
export class Refusal {
  readonly error: Error
  readonly sqlstate: string
  readonly reason: string

  constructor(error: Error, sqlstate: string) {
    this.error = error
    this.sqlstate = sqlstate
    this.reason = REASONS[sqlstate] ?? `the server refuses, with SQLSTATE ${sqlstate}`
  }
}

const REASONS: Readonly<Record<string, string>> = {
  '08001': 'the server that it is on cannot be reached',
  '08006': 'the server that it is on cannot be reached',
  '25006': 'it cannot be read without writing',
  '3F000': 'something that it needs is not there',
  '42501': 'the role may not read it, or not all of its rows',
  '42703': 'something that it needs is not there',
  '42883': 'something that it needs is not there',
  '42P01': 'something that it needs is not there',
  '55000': 'it cannot be read in its present state',
  '55P03': 'it is locked',
  '58030': 'the file that it is in cannot be read',
  '58P01': 'the file that it is in cannot be read',
  '57014': 'it took longer than a statement may take',
}

/** Undefined for what no other query would get around: a lost connection, a server that shuts down, a mistake of ours. */
function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const { code } = error
  // Node's own codes have as many letters, and no digit.
  if (!/^(?=.*\d)[0-9A-Z]{5}$/.test(code)) return undefined
  // Of a foreign table, the other server or the file may be out of reach, which says nothing of this connection.
  const elsewhere = /^(?:08|58)/.test(code) && 'severity' in error && error.severity === 'ERROR'
  return /^(?:08|57P|58|F0|XX)/.test(code) && !elsewhere ? undefined : new Refusal(error, code)
}
