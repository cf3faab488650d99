import { sql } from 'kysely'

import type { CatalogRelation } from '../catalog/catalog.ts'
import type { AnyKysely } from '../catalog/query-runner.ts'
import type { Validation } from './assumptions.ts'
import type { AuditFinding, AuditResult } from './audit-finding.ts'
import type { Validator } from './audit-options.ts'
import { identifier, relationName } from './identifiers.ts'
import { inTransaction, type Limits, Refusal } from './in-transaction.ts'
import { notChecked, resultOf } from './run-checks.ts'
import { together } from './together.ts'

/** How many rows are in memory at once. */
const ROWS_AT_ONCE = 100

/** How many columns one cursor has. */
const COLUMNS_AT_ONCE = 50

/** Shows each value of a column to its validator; what it says stays here. A relation is read once for all of its columns, if it can be. */
export async function runValidations(
  db: AnyKysely,
  validations: readonly Validation[],
  limits: Limits,
): Promise<AuditFinding[]> {
  const byRelation = Map.groupBy(validations, ({ relation }) => relation)
  const findings: AuditFinding[] = []
  for (const [relation, all] of byRelation) {
    for (let start = 0; start < all.length; start += COLUMNS_AT_ONCE) {
      const own = all.slice(start, start + COLUMNS_AT_ONCE)
      const answers = await together(own, (some) =>
        inTransaction(db, limits, (transaction) => validate(transaction, relation, some, limits)),
      )
      findings.push(...own.map((validation, index) => found(validation, answers[index]!)))
    }
  }
  return findings
}

/** Through a cursor of the server, which every dialect can read from. */
async function validate(
  db: AnyKysely,
  relation: CatalogRelation,
  validations: readonly Validation[],
  { rows }: Limits,
): Promise<readonly AuditResult[]> {
  const columns = validations.map(
    ({ column }, index) => `${identifier(relation.name)}.${identifier(column.name)} as ${valueName(index)}`,
  )
  const limit = rows === undefined ? '' : ` limit ${rows}`
  // A name of its own: what was found out about one cursor's columns must not be taken for another's.
  const cursor = identifier(`audit ${crypto.randomUUID()}`)
  const from = `${relationName(relation)} as ${identifier(relation.name)}`
  await sql.raw(`declare ${cursor} no scroll cursor for select ${columns.join(', ')} from ${from}${limit}`).execute(db)
  const violations = validations.map(() => 0)
  let seen = 0
  for (;;) {
    const fetched = await sql.raw<Readonly<Record<string, unknown>>>(`fetch ${ROWS_AT_ONCE} from ${cursor}`).execute(db)
    for (const row of fetched.rows) {
      for (const [index, { validator }] of validations.entries()) {
        const value = row[valueName(index)]
        if (value !== null && !(await passes(validator, value))) violations[index]!++
      }
    }
    seen += fetched.rows.length
    if (fetched.rows.length < ROWS_AT_ONCE) break
  }
  return violations.map((count) => resultOf(count, seen, rows === undefined || seen < rows))
}

function valueName(index: number): string {
  return `value${index}`
}

async function passes(validator: Validator, value: unknown): Promise<boolean> {
  try {
    return await validator(value)
  } catch {
    return false
  }
}

function found({ kind, path, assumption, claimed }: Validation, answer: AuditResult | Refusal): AuditFinding {
  return { kind, path, assumption, claimed, result: answer instanceof Refusal ? notChecked(answer) : answer }
}
