/** Everything that is assumed of the data of a catalog, and not enforced by PostgreSQL. */
import { defaultTypes } from 'kysely-pgwire/types'

import type { Catalog, CatalogColumn, CatalogRelation } from '../catalog/catalog.ts'
import { pathOf } from '../compare/catalog-change.ts'
import { ColumnKeys } from '../model/column-keys.ts'
import { GenerationError } from '../model/generation-error.ts'
import { tagsOf } from '../model/tags.ts'
import type { AuditFinding } from './audit-finding.ts'
import type { AuditOptions, Validator } from './audit-options.ts'
import { type Assumption, type Check, isCheck } from './check.ts'
import { constraintAssumption } from './constraint-assumptions.ts'
import type { ConstraintRow } from './constraints-query.ts'
import { identifier } from './identifiers.ts'
import { ValueAssumptions } from './value-assumptions.ts'

/** A column whose values are asked for one by one. */
export interface Validation extends Omit<AuditFinding, 'result'> {
  readonly relation: CatalogRelation
  readonly column: CatalogColumn
  readonly validator: Validator
}

export interface Assumptions {
  readonly checks: readonly Check[]
  readonly validations: readonly Validation[]
  /** What nothing can look into. */
  readonly listed: readonly AuditFinding[]
}

export function assumptionsOf(
  catalog: Catalog,
  constraints: readonly ConstraintRow[],
  options: AuditOptions,
): Assumptions {
  const relations = catalog.relations.filter(
    (relation) => (options.partitions === true || !relation.partition) && (options.includes?.(relation) ?? true),
  )
  const values = new ValueAssumptions(catalog, options.types ?? defaultTypes)
  const keys = {
    validators: new ColumnKeys(Object.keys(options.validators ?? {})),
    columns: new ColumnKeys(Object.keys(options.columns ?? {})),
  }
  const checks: Check[] = []
  const validations: Validation[] = []
  const listed: AuditFinding[] = []
  const take = (assumption: Assumption): void => {
    if (isCheck(assumption)) checks.push(assumption)
    else listed.push(assumption)
  }
  for (const relation of relations) {
    for (const column of relation.columns) {
      for (const assumption of [...notNull(relation, column), ...values.of(relation, column)]) take(assumption)
      const chosen = chosenType(relation, column, options, keys)
      if (chosen === undefined) continue
      if ('validator' in chosen) validations.push(chosen)
      else listed.push(chosen)
    }
  }
  const { unused: unknown } = keys.validators
  if (unknown !== undefined) throw new GenerationError(`There is no column ${unknown}, for which a validator was given`)
  const byPath = new Map(relations.map((relation) => [pathOf(relation), relation]))
  for (const row of constraints) {
    const relation = row.relation === null ? undefined : byPath.get(pathOf({ schema: row.schema, name: row.relation }))
    if (row.relation === null || relation !== undefined) take(constraintAssumption(row, relation, options))
  }
  return { checks, validations, listed }
}

const BELIEVED: readonly CatalogRelation['kind'][] = ['table', 'partitioned table', 'foreign table']

/** A NOT NULL that the catalog takes for no proof. */
function notNull(relation: CatalogRelation, column: CatalogColumn): Check[] {
  if (!column.notNull || !column.nullable || !BELIEVED.includes(relation.kind)) return []
  const why = relation.kind === 'foreign table' ? 'of the foreign table' : 'that not every row has to satisfy'
  return [
    {
      kind: 'not null',
      path: pathOf(relation, column.name),
      assumption: `the NOT NULL ${why} holds`,
      claimed: false,
      relation,
      violated: `pg_catalog.num_nulls(${identifier(relation.name)}.${identifier(column.name)}) = 1`,
    },
  ]
}

interface ChosenKeys {
  readonly validators: ColumnKeys
  readonly columns: ColumnKeys
}

/** What somebody says of a column's values. */
function chosenType(
  relation: CatalogRelation,
  column: CatalogColumn,
  options: AuditOptions,
  keys: ChosenKeys,
): Validation | AuditFinding | undefined {
  const key = keys.validators.of(relation, column.name)
  const validator = key === undefined ? undefined : options.validators?.[key]
  const chosen = tagsOf(column.comment).type !== undefined || keys.columns.of(relation, column.name) !== undefined
  if (validator === undefined && !chosen) return undefined
  const common = {
    kind: 'chosen type' as const,
    path: pathOf(relation, column.name),
    assumption: 'every value is of the type that was chosen for the column',
    claimed: true,
  }
  if (validator !== undefined) return { ...common, relation, column, validator }
  return { ...common, result: { state: 'not checked', reason: 'no validator was given for it' } }
}
