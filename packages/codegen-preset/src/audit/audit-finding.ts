/**
 * What is assumed of the data:
 *
 * - `dimensions`: every array has as many dimensions as were declared.
 * - `safe integers`: every int8 fits a JavaScript number, where the profile reads it as one.
 * - `chosen type`: values are of the type that the user has chosen for the column.
 * - `not null`: a NOT NULL that the server does not enforce for every row holds.
 * - `domain not null`: no value of a NOT NULL domain is NULL.
 * - `check`, `foreign key`, `domain check`: a constraint holds that is NOT VALID or NOT ENFORCED.
 */
export type AssumptionKind =
  | 'dimensions'
  | 'safe integers'
  | 'chosen type'
  | 'not null'
  | 'domain not null'
  | 'check'
  | 'foreign key'
  | 'domain check'

export interface AuditFinding {
  readonly kind: AssumptionKind
  /** What it is of, as SQL would name it: a column, what is in it, a constraint, a domain. */
  readonly path: string
  /** What is assumed, in plain words. */
  readonly assumption: string
  /** Whether the generated types are wrong where it does not hold. If not, they allow for both. */
  readonly claimed: boolean
  readonly result: AuditResult
}

export type AuditResult =
  | { readonly state: 'held'; readonly rows: number; readonly all: boolean }
  /** `rows`: how many were looked at; `all`: whether there were no others. */
  | { readonly state: 'violated'; readonly violations: number; readonly rows: number; readonly all: boolean }
  | { readonly state: 'not checked'; readonly reason: string }
