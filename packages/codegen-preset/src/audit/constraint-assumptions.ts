import type { CatalogRelation } from '../catalog/catalog.ts'
import { pathOf } from '../compare/catalog-change.ts'
import type { AuditFinding } from './audit-finding.ts'
import type { AuditOptions } from './audit-options.ts'
import type { Assumption } from './check.ts'
import type { ConstraintRow, KeyPair } from './constraints-query.ts'
import { identifier, literal, relationName } from './identifiers.ts'

/** What a constraint assumes of the relation that it is of; of a domain if `relation` is undefined. */
export function constraintAssumption(
  row: ConstraintRow,
  relation: CatalogRelation | undefined,
  options: AuditOptions,
): Assumption {
  const state = row.enforced ? 'NOT VALID' : 'NOT ENFORCED'
  if (relation === undefined) {
    return {
      kind: 'domain check',
      path: pathOf({ schema: row.schema, name: row.domain ?? row.name }, row.name),
      assumption: `the ${state} constraint of the domain holds`,
      claimed: options.brandedDomains === true,
      result: notChecked('only the server can put it to a value'),
    }
  }
  const common = {
    kind: row.kind === 'c' ? ('check' as const) : ('foreign key' as const),
    path: pathOf(relation, row.name),
    assumption: `the ${state} constraint holds`,
    claimed: row.kind === 'f' && options.brandedIds === true,
  }
  const violated = row.period ? null : row.kind === 'c' ? checkViolated(row) : foreignKeyViolated(row, relation)
  if (violated === null) return { ...common, result: notChecked('constraints of this kind are not looked into') }
  if (row.ownRows !== true) return { ...common, relation, violated }
  return { ...common, relation, violated: `${isOwnRow(relation)} and ${violated}` }
}

function notChecked(reason: string): AuditFinding['result'] {
  return { state: 'not checked', reason }
}

/** A row of the table itself, and of none that inherits from it. */
function isOwnRow(relation: CatalogRelation): string {
  const name = literal(relationName(relation))
  return `${identifier(relation.name)}.tableoid operator(pg_catalog.=) pg_catalog.to_regclass(${name})::pg_catalog.oid`
}

/** As the server prints it: columns go by their names, which are those of the only relation around. */
function checkViolated({ expression }: ConstraintRow): string | null {
  return expression === null ? null : `not (${expression})`
}

/** A key without a partner; MATCH SIMPLE lets one with any NULL pass, MATCH FULL one of NULLs only. */
function foreignKeyViolated(row: ConstraintRow, relation: CatalogRelation): string | null {
  const { pairs, targetSchema, target, targetRows, full } = row
  if (pairs === null || targetSchema === null || target === null) return null
  const own = ({ column }: KeyPair): string => `${identifier(relation.name)}.${identifier(column)}`
  const alias = identifier(relation.name === 'referenced' ? 'referenced row' : 'referenced')
  const columns = pairs.map(own).join(', ')
  const there = full ? `pg_catalog.num_nonnulls(${columns}) > 0` : `pg_catalog.num_nulls(${columns}) = 0`
  const matches = pairs.map((pair) => {
    const operator = `operator(${identifier(pair.operatorSchema)}.${pair.operator})`
    return `${alias}.${identifier(pair.targetColumn)} ${operator} ${own(pair)}`
  })
  const only = targetRows === true ? 'only ' : ''
  const partner = `select from ${only}${relationName({ schema: targetSchema, name: target })} as ${alias} where ${matches.join(' and ')}`
  return `${there} and not exists (${partner})`
}
