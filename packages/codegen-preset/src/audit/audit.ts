/** Looks up in the data what the generated types say of it and PostgreSQL does not enforce. Nothing is written. */
import type { Catalog } from '../catalog/catalog.ts'
import { sortedBy } from '../catalog/code-unit-order.ts'
import { type AnyKysely, readJson } from '../catalog/query-runner.ts'
import { GenerationError } from '../model/generation-error.ts'
import { assumptionsOf } from './assumptions.ts'
import type { AuditFinding } from './audit-finding.ts'
import type { AuditOptions } from './audit-options.ts'
import { type ConstraintRow, constraintsQuery } from './constraints-query.ts'
import { inTransaction, type Limits, Refusal } from './in-transaction.ts'
import { runChecks } from './run-checks.ts'
import { runValidations } from './run-validations.ts'

const STATEMENT_TIMEOUT_MS = 60_000

/** PostgreSQL's own limit for a time in milliseconds. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/**
 * Findings by their paths. `catalog` is that of the database behind `db`, which needs a role that may read the data. A relation is read
 * as a whole, unless `rows` says otherwise; in a transaction of its own, so that none is held up.
 */
export async function audit(db: AnyKysely, catalog: Catalog, options: AuditOptions = {}): Promise<AuditFinding[]> {
  const limits = limitsOf(options)
  const plain = db.withoutPlugins()
  const constraints = await inTransaction(plain, limits, (transaction) =>
    readJson<readonly ConstraintRow[]>(transaction, constraintsQuery),
  )
  if (constraints instanceof Refusal) throw constraints.error
  const { checks, validations, listed } = assumptionsOf(catalog, constraints, options)
  const findings = [
    ...listed,
    ...(await runChecks(plain, checks, limits)),
    ...(await runValidations(plain, validations, limits)),
  ]
  return sortedBy(findings, ({ path, kind }) => [path, kind])
}

/** Whether all that the types claim holds, as far as it was looked into. */
export function auditPassed(findings: readonly AuditFinding[]): boolean {
  return !findings.some(({ claimed, result }) => claimed && result.state === 'violated')
}

function limitsOf({ rows, statementTimeoutMs = STATEMENT_TIMEOUT_MS }: AuditOptions): Limits {
  if (rows !== undefined) requireCount('rows', rows, Number.MAX_SAFE_INTEGER)
  requireCount('statementTimeoutMs', statementTimeoutMs, LONGEST_TIMEOUT_MS)
  return { rows, statementTimeoutMs }
}

function requireCount(name: string, value: number, most: number): void {
  if (Number.isSafeInteger(value) && value > 0 && value <= most) return
  throw new GenerationError(`The option ${name} has to be a whole number between 1 and ${most}`)
}
