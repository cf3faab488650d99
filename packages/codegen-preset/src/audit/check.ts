import type { CatalogRelation } from '../catalog/catalog.ts'
import type { AuditFinding } from './audit-finding.ts'

/** An assumption that a query can look into. */
export interface Check extends Omit<AuditFinding, 'result'> {
  readonly relation: CatalogRelation
  /** SQL that is true for a row that it does not hold for; the relation goes by its own name, without its schema. */
  readonly violated: string
}

/** A check, or what cannot be looked into by a query. */
export type Assumption = Check | AuditFinding

export function isCheck(assumption: Assumption): assumption is Check {
  return 'violated' in assumption
}
