import type { CatalogRelation } from '../catalog/catalog.ts'
import { type AnyKysely, readJson } from '../catalog/query-runner.ts'
import type { AuditFinding, AuditResult } from './audit-finding.ts'
import type { Check } from './check.ts'
import { identifier, relationName } from './identifiers.ts'
import { inTransaction, type Limits, Refusal } from './in-transaction.ts'

/** How many conditions one query has; a row of a result may have 1664 columns, and this is none of the planner's problems. */
const AT_ONCE = 200

/** Looks into all checks of one relation together: it is read once, if it can be. */
export async function runChecks(db: AnyKysely, checks: readonly Check[], limits: Limits): Promise<AuditFinding[]> {
  const byRelation = Map.groupBy(checks, ({ relation }) => relation)
  const findings: AuditFinding[] = []
  for (const [relation, own] of byRelation) {
    for (let start = 0; start < own.length; start += AT_ONCE) {
      findings.push(...(await runTogether(db, relation, own.slice(start, start + AT_ONCE), limits)))
    }
  }
  return findings
}

async function runTogether(
  db: AnyKysely,
  relation: CatalogRelation,
  checks: readonly Check[],
  limits: Limits,
): Promise<AuditFinding[]> {
  const query = checksQuery(relation, checks, limits.rows)
  const answer = await inTransaction(db, limits, (transaction) => readJson<readonly number[]>(transaction, query))
  if (!(answer instanceof Refusal)) {
    const [rows = 0, ...violations] = answer
    const all = limits.rows === undefined || rows < limits.rows
    return checks.map((check, index) => found(check, resultOf(violations[index] ?? 0, rows, all)))
  }
  // One of them may be to blame; but who ran out of time together would do so again.
  if (checks.length > 1 && answer.sqlstate !== '57014') {
    const findings: AuditFinding[] = []
    for (const check of checks) findings.push(...(await runTogether(db, relation, [check], limits)))
    return findings
  }
  return checks.map((check) => found(check, { state: 'not checked', reason: answer.reason }))
}

/** Counts the rows, and those that violate each. */
export function checksQuery(relation: CatalogRelation, checks: readonly Check[], rows: number | undefined): string {
  const counts = ['count(*)', ...checks.map(({ violated }) => `count(*) filter (where ${violated})`)]
  const from = rows === undefined ? relationName(relation) : `(select * from ${relationName(relation)} limit ${rows})`
  return `select pg_catalog.to_json(array[${counts.join(', ')}])::text as json from ${from} as ${identifier(relation.name)}`
}

export function resultOf(violations: number, rows: number, all: boolean): AuditResult {
  return violations === 0 ? { state: 'held', rows, all } : { state: 'violated', violations, rows, all }
}

function found({ kind, path, assumption, claimed }: Check, result: AuditResult): AuditFinding {
  return { kind, path, assumption, claimed, result }
}
