/** A column as a property of Kysely's table interface: what is read, what may be inserted, what may be updated. */
import type { CatalogColumn, CatalogDomain, CatalogRelation } from '../catalog/catalog.ts'
import type { TypeText } from './type-texts.ts'

/** Who may write a column, and whether they must. */
export interface ColumnRules {
  /** Whether a NULL can be read. */
  readonly nullable: boolean
  /** Whether a NULL is refused, by the column or by its domain. */
  readonly notNull: boolean
  /** Whether it may be left out: there is a default, or the server counts. */
  readonly optional: boolean
  readonly insertable: boolean
  readonly updatable: boolean
  /** Whether the server alone writes it, wherever it is. */
  readonly generated: boolean
}

export function columnRules(
  relation: CatalogRelation,
  column: CatalogColumn,
  domain: CatalogDomain | undefined,
): ColumnRules {
  const generated = column.generated !== null || column.identity === 'always'
  return {
    nullable: column.nullable,
    notNull: column.notNull || (domain?.notNull ?? false),
    optional: column.hasDefault || column.identity === 'by default' || (domain?.hasDefault ?? false),
    insertable: relation.insertable && column.updatable && !generated,
    updatable: relation.updatable && column.updatable && !generated,
    generated,
  }
}

/**
 * The property's type: as short as Kysely's helpers make it. `alias` is the name of a `ColumnType` of the same two types, if the file
 * has one.
 */
export function columnText(type: TypeText, rules: ColumnRules, alias: string | undefined): string {
  const { select, insert } = type
  const { nullable, notNull, optional } = rules
  const read = orNull(select, nullable)
  if (!rules.insertable && !rules.updatable) return `${rules.generated ? 'GeneratedAlways' : 'ReadOnly'}<${read}>`
  const plain = rules.insertable && rules.updatable && nullable !== notNull
  const whole = select === insert ? select : alias
  if (plain && whole !== undefined) {
    const text = orNull(whole, nullable)
    // What may be NULL may be left out as it is.
    return optional && !nullable ? `Generated<${text}>` : text
  }
  const written = orNull(insert, !notNull)
  const inserted = rules.insertable ? orUndefined(written, optional || !notNull) : 'never'
  const updated = rules.updatable ? written : 'never'
  return `ColumnType<${read}, ${inserted}, ${updated}>`
}

/** `T | null`; what is a function's or an array's own syntax needs no parentheses there. */
function orNull(text: string, nullable: boolean): string {
  return nullable && text !== 'unknown' ? `${text} | null` : text
}

function orUndefined(text: string, optional: boolean): string {
  return optional && text !== 'unknown' ? `${text} | undefined` : text
}
