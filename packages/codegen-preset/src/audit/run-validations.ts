import { sql } from 'kysely'

import type { AnyKysely } from '../catalog/query-runner.ts'
import type { Validation } from './assumptions.ts'
import type { AuditFinding, AuditResult } from './audit-finding.ts'
import type { Validator } from './audit-options.ts'
import { identifier, relationName } from './identifiers.ts'
import { inTransaction, type Limits, Refusal } from './in-transaction.ts'
import { resultOf } from './run-checks.ts'

/** How many values are in memory at once. */
const AT_ONCE = 100

/** Shows each value of a column to its validator; what it says stays here. */
export async function runValidations(
  db: AnyKysely,
  validations: readonly Validation[],
  limits: Limits,
): Promise<AuditFinding[]> {
  const findings: AuditFinding[] = []
  for (const [index, validation] of validations.entries()) {
    const { kind, path, assumption, claimed } = validation
    const answer = await inTransaction(db, limits, (transaction) => validate(transaction, validation, index, limits))
    const result: AuditResult = answer instanceof Refusal ? { state: 'not checked', reason: answer.reason } : answer
    findings.push({ kind, path, assumption, claimed, result })
  }
  return findings
}

/** Through a cursor of the server, which every dialect can read from. */
async function validate(db: AnyKysely, validation: Validation, index: number, { rows }: Limits): Promise<AuditResult> {
  const { relation, column, validator } = validation
  const own = `${identifier(relation.name)}.${identifier(column.name)}`
  const limit = rows === undefined ? '' : ` limit ${rows}`
  // A name of its own: what was found out about one cursor's columns must not be taken for another's.
  const cursor = identifier(`audit ${index}: ${column.name}`.slice(0, 40))
  const from = `${relationName(relation)} as ${identifier(relation.name)}`
  await sql.raw(`declare ${cursor} no scroll cursor for select ${own} as value from ${from}${limit}`).execute(db)
  let [seen, violations] = [0, 0]
  for (;;) {
    const fetched = await sql.raw<{ readonly value: unknown }>(`fetch ${AT_ONCE} from ${cursor}`).execute(db)
    for (const { value } of fetched.rows) if (value !== null && !(await passes(validator, value))) violations++
    seen += fetched.rows.length
    if (fetched.rows.length < AT_ONCE) break
  }
  return resultOf(violations, seen, rows === undefined || seen < rows)
}

async function passes(validator: Validator, value: unknown): Promise<boolean> {
  try {
    return await validator(value)
  } catch {
    return false
  }
}
