import type { CatalogRelation } from '../catalog/catalog.ts'
import { type AnyKysely, readJson } from '../catalog/query-runner.ts'
import type { AuditFinding, AuditResult } from './audit-finding.ts'
import type { Check } from './check.ts'
import { identifier, relationName } from './identifiers.ts'
import { inTransaction, type Limits, Refusal } from './in-transaction.ts'
import { together } from './together.ts'

/** How many conditions one query has; a row of a result may have 1664 columns, and this is none of the planner's problems. */
const AT_ONCE = 200

/** Looks into all checks of one relation together: it is read once, if it can be. */
export async function runChecks(db: AnyKysely, checks: readonly Check[], limits: Limits): Promise<AuditFinding[]> {
  const byRelation = Map.groupBy(checks, ({ relation }) => relation)
  const findings: AuditFinding[] = []
  for (const [relation, all] of byRelation) {
    for (let start = 0; start < all.length; start += AT_ONCE) {
      const own = all.slice(start, start + AT_ONCE)
      const answers = await together(own, (some) => ask(db, relation, some, limits))
      findings.push(...own.map((check, index) => found(check, answers[index]!)))
    }
  }
  return findings
}

async function ask(
  db: AnyKysely,
  relation: CatalogRelation,
  checks: readonly Check[],
  limits: Limits,
): Promise<readonly AuditResult[] | Refusal> {
  const query = checksQuery(relation, checks, limits.rows)
  const answer = await inTransaction(db, limits, (transaction) => readJson<readonly number[]>(transaction, query))
  if (answer instanceof Refusal) return answer
  const [rows = 0, ...violations] = answer
  const all = limits.rows === undefined || rows < limits.rows
  return checks.map((_, index) => resultOf(violations[index] ?? 0, rows, all))
}

/** Counts the rows, and those that violate each. */
export function checksQuery(relation: CatalogRelation, checks: readonly Check[], rows: number | undefined): string {
  const counts = ['count(*)', ...checks.map(({ violated }) => `count(*) filter (where ${violated})`)]
  // A check may name this one, too, which no view has.
  const columns = relation.kind === 'table' ? '*, tableoid' : '*'
  const from =
    rows === undefined ? relationName(relation) : `(select ${columns} from ${relationName(relation)} limit ${rows})`
  return `select pg_catalog.to_json(array[${counts.join(', ')}])::text as json from ${from} as ${identifier(relation.name)}`
}

export function resultOf(violations: number, rows: number, all: boolean): AuditResult {
  return violations === 0 ? { state: 'held', rows, all } : { state: 'violated', violations, rows, all }
}

function found({ kind, path, assumption, claimed }: Check, answer: AuditResult | Refusal): AuditFinding {
  return { kind, path, assumption, claimed, result: answer instanceof Refusal ? notChecked(answer) : answer }
}

export function notChecked({ reason }: Refusal): AuditResult {
  return { state: 'not checked', reason }
}
