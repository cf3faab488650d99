/** What is assumed of the values in a column, and of what they are made of: of elements, fields and bounds, however deep. */
import type { PgTypes } from 'kysely-pgwire/types'

import type { Catalog, CatalogColumn, CatalogRelation, CatalogType, TypeName } from '../catalog/catalog.ts'
import { elementOf, quoted, typeName } from '../catalog/type-name.ts'
import { pathOf } from '../compare/catalog-change.ts'
import { tagsOf } from '../model/tags.ts'
import { type NamedText, type TypeTexts, typeTextsOf } from '../model/type-texts.ts'
import type { AuditFinding } from './audit-finding.ts'
import type { Assumption } from './check.ts'
import { identifier } from './identifiers.ts'

/** A value somewhere in a row. */
interface Value {
  /** SQL that gives it. */
  readonly sql: string
  readonly path: string
  readonly type: TypeName
  /** What was declared, for an array. */
  readonly dimensions: number
  /** SQL that is true where it is there, and may be NULL itself. */
  readonly present: string
  /** Puts a condition on it into one on the row. */
  readonly inRow: (condition: string) => string
  /** How many values it is in. */
  readonly depth: number
}

const DEEPEST = 10

/** Beyond them two integers may be the same JavaScript number. */
const SAFE = `${Number.MIN_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}`

/** Ranges that the driver knows without having asked; those of others are in the catalog. */
const BUILT_IN_PARTS: Readonly<Record<string, CatalogType>> = {
  int8range: { schema: 'pg_catalog', name: 'int8range', kind: 'range', subtype: 'int8', comment: null },
  int8multirange: {
    schema: 'pg_catalog',
    name: 'int8multirange',
    kind: 'multirange',
    range: 'int8range',
    comment: null,
  },
}

export class ValueAssumptions {
  readonly #texts: TypeTexts
  readonly #named: ReadonlyMap<TypeName, NamedText>
  readonly #types: ReadonlyMap<TypeName, CatalogType>
  readonly #integersAreNumbers: boolean

  constructor(catalog: Catalog, types: PgTypes) {
    this.#types = new Map(catalog.types.map((type) => [typeName(type), type]))
    this.#texts = typeTextsOf(catalog, types, (type) => ({ name: typeName(type), inputName: typeName(type) }))
    this.#named = new Map(this.#texts.named.map((text) => [typeName(text.type), text]))
    this.#integersAreNumbers = this.#texts.textOf('int8', 0).select === 'number'
  }

  of(relation: CatalogRelation, column: CatalogColumn): Assumption[] {
    const value: Value = {
      sql: `${identifier(relation.name)}.${identifier(column.name)}`,
      path: pathOf(relation, column.name),
      type: column.type,
      dimensions: tagsOf(column.comment).dimensions ?? column.dimensions,
      present: 'true',
      inRow: (condition) => condition,
      depth: 0,
    }
    return this.#visit(relation, value)
  }

  #visit(relation: CatalogRelation, value: Value): Assumption[] {
    const { type, depth } = value
    const element = elementOf(type)
    if (element !== null) return [...this.#dimensions(relation, value), ...this.#elements(relation, value, element)]
    if (type === 'int8') return this.#integers(relation, value)
    const declared = this.#types.get(type) ?? BUILT_IN_PARTS[type]
    if (declared === undefined) return []
    if (depth > DEEPEST) return [tooDeep(value)]
    const inside = { ...value, depth: depth + 1 }
    switch (declared.kind) {
      case 'domain':
        return [
          ...(declared.notNull ? this.#notNull(relation, value) : []),
          ...(this.#readsAs(declared.base, declared)
            ? this.#visit(relation, { ...inside, type: declared.base, dimensions: declared.dimensions })
            : []),
        ]
      case 'composite':
        // Text, or what a codec of the user's makes of it, says nothing of fields.
        if (this.#named.get(type)?.fields === null) return []
        return declared.fields.flatMap((field) =>
          this.#visit(relation, {
            ...inside,
            sql: `(${value.sql}).${identifier(field.name)}`,
            path: `${value.path}.${quoted(field.name)}`,
            type: field.type,
            dimensions: field.dimensions,
            present: `pg_catalog.num_nulls(${value.sql}) = 0`,
          }),
        )
      case 'range':
        return ['lower', 'upper'].flatMap((bound) =>
          this.#visit(relation, {
            ...inside,
            sql: `pg_catalog.${bound}(${value.sql})`,
            path: `${bound}(${value.path})`,
            type: declared.subtype,
            dimensions: 1,
            // A bound that is not there is no NULL of its type.
            present: `not pg_catalog.${bound}_inf(${value.sql}) and not pg_catalog.isempty(${value.sql})`,
          }),
        )
      case 'multirange':
        return this.#elements(relation, inside, declared.range)
      case 'enum':
      case 'base':
        return []
    }
  }

  #elements(relation: CatalogRelation, value: Value, type: TypeName): Assumption[] {
    const alias = identifier(`element ${value.depth}`)
    return this.#visit(relation, {
      ...value,
      sql: `${alias}.value`,
      path: `${value.path}[]`,
      type,
      dimensions: 0,
      present: 'true',
      // In the list of columns, because a function in FROM would give a composite's fields.
      inRow: (condition) =>
        value.inRow(
          `exists (select from (select pg_catalog.unnest(${value.sql}) as value) as ${alias} where ${condition})`,
        ),
      depth: value.depth + 1,
    })
  }

  #dimensions(relation: CatalogRelation, value: Value): Assumption[] {
    const { type, dimensions, path, sql } = value
    // Only where the type says how many there are.
    if (this.#texts.textOf(type, dimensions).select === this.#texts.textOf(type, 0).select) return []
    const assumption = `every array has ${dimensions === 1 ? '1 dimension' : `${dimensions} dimensions`}`
    // An empty array has none, and is none of another type.
    const violated = value.inRow(`pg_catalog.array_ndims(${sql}) <> ${dimensions}`)
    return [{ kind: 'dimensions', path, assumption, claimed: true, relation, violated }]
  }

  #integers(relation: CatalogRelation, value: Value): Assumption[] {
    if (!this.#integersAreNumbers) return []
    const violated = value.inRow(`${value.sql} not between ${SAFE}`)
    const assumption = 'every int8 is a safe integer of JavaScript'
    return [{ kind: 'safe integers', path: value.path, assumption, claimed: true, relation, violated }]
  }

  /** No domain's NOT NULL is a claim: PostgreSQL itself says that there are ways around it. */
  #notNull(relation: CatalogRelation, value: Value): Assumption[] {
    // An outer join makes NULLs of any type.
    if (relation.kind === 'view' || relation.kind === 'materialized view') return []
    const { path, sql, present } = value
    const violated = value.inRow(`${present} and pg_catalog.num_nulls(${sql}) = 1`)
    const assumption = 'no value of the NOT NULL domain is NULL'
    return [{ kind: 'domain not null', path, assumption, claimed: false, relation, violated }]
  }

  /** Whether the values of a domain are read as those of its base, and by no codec of the user's. */
  #readsAs(base: TypeName, domain: CatalogType & { kind: 'domain' }): boolean {
    const text = this.#named.get(typeName(domain))
    return text === undefined || text.body.select === this.#texts.textOf(base, domain.dimensions).select
  }
}

function tooDeep({ path }: Value): AuditFinding {
  const assumption = 'what is in it is as its types say'
  return {
    kind: 'dimensions',
    path,
    assumption,
    claimed: true,
    result: { state: 'not checked', reason: 'nested too deeply' },
  }
}
