/** Catalogs of every kind of thing, at random, and what becomes of one that is changed in one place. */
import { isDeepStrictEqual } from 'node:util'

import fc from 'fast-check'

import type {
  Catalog,
  CatalogColumn,
  CatalogForeignKey,
  CatalogRelation,
  CatalogRoutine,
  CatalogType,
} from '../catalog/catalog.ts'
import { sortedBy } from '../catalog/code-unit-order.ts'
import { typeName } from '../catalog/type-name.ts'
import { pathOf } from './catalog-change.ts'

const name = fc.constantFrom('a', 'b', 'users', 'Mood', 'user_id', 'DB', '__proto__', "it's", 'a"b', 'a.b', 'x\ny', 'ü', '')
const comment = fc.constantFrom(null, 'said', '*/', '@type {Own}', '@dimensions 2', 'more @dimensions 1')
const qualified = { schema: fc.constantFrom('public', 'other', 'Other'), name, comment }
const names = fc.uniqueArray(name, { maxLength: 3 })
const dimensions = fc.constantFrom(0, 1, 2)
const BUILT_IN = ['int4', 'int8', 'text', 'jsonb', 'timestamptz', 'numeric', 'bytea', 'missing.type']

function typesFor(known: readonly string[]): fc.Arbitrary<CatalogType> {
  const type = typeIn(known)
  return fc.oneof(
    fc.record({ ...qualified, kind: fc.constant('enum' as const), labels: names }),
    fc.record({
      ...qualified,
      kind: fc.constant('domain' as const),
      base: type,
      dimensions,
      notNull: fc.boolean(),
      hasDefault: fc.boolean(),
    }),
    fc.record({
      ...qualified,
      kind: fc.constant('composite' as const),
      rowType: fc.boolean(),
      fields: fc.uniqueArray(fc.record({ name, type, dimensions, comment }), { maxLength: 3, selector: (each) => each.name }),
    }),
    fc.record({ ...qualified, kind: fc.constant('range' as const), subtype: fc.constantFrom('int4', 'numeric') }),
    fc.record({ ...qualified, kind: fc.constant('multirange' as const), range: fc.constantFrom('int4range', 'numrange') }),
    fc.record({ ...qualified, kind: fc.constant('base' as const), sendable: fc.boolean(), delimiter: fc.constantFrom(',', ';') }),
  )
}

function typeIn(known: readonly string[]): fc.Arbitrary<string> {
  const plain = fc.constantFrom(...BUILT_IN, ...known)
  return fc.tuple(plain, fc.boolean()).map(([type, array]) => (array ? `${type}[]` : type))
}

/** Types that are made of those before them. */
const types: fc.Arbitrary<CatalogType[]> = fc.nat({ max: 4 }).chain((count) => {
  let list: fc.Arbitrary<CatalogType[]> = fc.constant([])
  for (let made = 0; made < count; made++) {
    list = list.chain((before) => typesFor(before.map((type) => typeName(type))).map((type) => before.concat(type)))
  }
  return list.map((all) => [...Map.groupBy(all, (type) => pathOf(type)).values()].map(([first]) => first!))
})

function relations(known: readonly string[]): fc.Arbitrary<CatalogRelation> {
  const column: fc.Arbitrary<CatalogColumn> = fc.record({
    name,
    type: typeIn(known),
    dimensions,
    notNull: fc.boolean(),
    nullable: fc.boolean(),
    generated: fc.constantFrom(null, 'stored' as const, 'virtual' as const),
    identity: fc.constantFrom(null, 'always' as const, 'by default' as const),
    hasDefault: fc.boolean(),
    updatable: fc.boolean(),
    comment,
  })
  const foreignKey: fc.Arbitrary<CatalogForeignKey> = fc.record({
    name,
    columns: fc.constant(['a', 'b']),
    references: fc.record({ schema: qualified.schema, name, columns: fc.constant(['b', 'a']) }),
  })
  const byName = { maxLength: 2, selector: (each: { readonly name: string }): string => each.name }
  return fc.record({
    ...qualified,
    kind: fc.constantFrom('table' as const, 'view' as const, 'foreign table' as const),
    partition: fc.boolean(),
    insertable: fc.boolean(),
    updatable: fc.boolean(),
    deletable: fc.boolean(),
    columns: fc.uniqueArray(column, { ...byName, maxLength: 4 }),
    primaryKey: fc.option(fc.record({ name, columns: names })),
    uniqueKeys: fc.uniqueArray(fc.record({ name, columns: names, nullsNotDistinct: fc.boolean() }), byName),
    foreignKeys: fc.uniqueArray(foreignKey, byName),
  })
}

function routines(known: readonly string[]): fc.Arbitrary<CatalogRoutine> {
  // A capital one could be that of a type, which is in the file then as soon as it is mentioned.
  const argument = fc.record({
    name: fc.constantFrom('a', 'user_id', ''),
    type: typeIn(known),
    mode: fc.constantFrom('in' as const, 'out' as const, 'inout' as const, 'table' as const),
    hasDefault: fc.boolean(),
  })
  return fc.record({
    ...qualified,
    kind: fc.constantFrom('function' as const, 'procedure' as const, 'aggregate' as const),
    arguments: fc.array(argument, { maxLength: 3 }),
    returns: fc.option(typeIn(known)),
    returnsSet: fc.boolean(),
    strict: fc.boolean(),
  })
}

export const anyCatalog: fc.Arbitrary<Catalog> = types.chain((made) => {
  const known = made.map((type) => typeName(type))
  const catalog: fc.Arbitrary<Catalog> = fc.record({
    format: fc.constant(1 as const),
    serverVersion: fc.constantFrom(14, 18),
    relations: fc
      .uniqueArray(relations(known), { maxLength: 3, selector: (each) => pathOf(each) })
      .map((all) => sortedBy(all, (each) => [each.schema, each.name])),
    types: fc.constant(sortedBy(made, (each) => [each.schema, each.name])),
    routines: fc.uniqueArray(routines(known), { maxLength: 2, selector: (each) => pathOf(each) }),
  })
  // Plain objects, without fast-check's own prototypes.
  return catalog.map((each) => JSON.parse(JSON.stringify(each)) as Catalog)
})

/** A change in one place, and the paths of which one has to be told of. */
export interface Mutation {
  readonly place: string
  readonly mutated: Catalog
  readonly paths: readonly string[]
}

type Steps = readonly (string | number)[]

/** Lists whose order says something. */
const ORDERED: ReadonlySet<string> = new Set(['columns', 'labels', 'fields', 'arguments'])
const FRESH = 'quite_another'

/** Every single change of a catalog that leaves it one: of each member, and of each list. */
export function mutationsOf(catalog: Catalog): Mutation[] {
  const all: Mutation[] = []
  visit(catalog, [], (steps, value) => {
    const mutated = withValue(catalog, steps, value) as Catalog
    const paths = [pathAt(catalog, steps), pathAt(mutated, steps)].flatMap((path) => path ?? [])
    all.push({ place: steps.join('.'), mutated, paths })
  })
  return all
}

function visit(value: unknown, steps: Steps, found: (steps: Steps, value: unknown) => void): void {
  const member = steps.at(-1)
  if (member === 'format') return
  if (Array.isArray(value)) return visitList(value, steps, found)
  if (typeof value === 'object' && value !== null) {
    if (member === 'primaryKey') found(steps, null)
    for (const [name, part] of Object.entries(value)) {
      // Another kind of type is another type.
      if (name === 'kind' && steps[0] === 'types') continue
      visit(part, [...steps, name], found)
    }
    return
  }
  if (typeof value === 'boolean') return found(steps, !value)
  if (typeof value === 'number') return found(steps, value + 1)
  if (value === null) return found(steps, member === 'primaryKey' ? { name: FRESH, columns: [] } : nullInstead(member))
  found(steps, member === 'type' || member === 'base' || member === 'returns' ? 'int2' : FRESH)
  if (['comment', 'generated', 'identity', 'returns'].includes(String(member))) found(steps, null)
}

function nullInstead(member: string | number | undefined): string {
  return member === 'generated' ? 'stored' : member === 'identity' ? 'always' : member === 'returns' ? 'int2' : FRESH
}

function visitList(list: readonly unknown[], steps: Steps, found: (steps: Steps, value: unknown) => void): void {
  for (const [index, item] of list.entries()) {
    visit(item, [...steps, index], found)
    found(steps, list.toSpliced(index, 1))
    found(steps, list.toSpliced(index, 0, renamed(item)))
    const isOrdered = ORDERED.has(String(steps.at(-1)))
    // Of two that are the same, the order says nothing.
    const isSwapped = isOrdered && index > 0 && !isDeepStrictEqual(item, list[index - 1])
    if (isSwapped) found(steps, list.with(index, list[index - 1]).with(index - 1, item))
    if (steps[0] === 'types' && steps.length === 1) found(steps, list.with(index, ofAnotherKind(item as CatalogType)))
  }
}

/** The same once more, under a name that nothing has. */
function renamed(item: unknown): unknown {
  return typeof item === 'string' ? FRESH : { ...(item as object), name: FRESH }
}

function ofAnotherKind({ schema, name, comment, kind }: CatalogType): CatalogType {
  return kind === 'enum'
    ? { schema, name, comment, kind: 'base', sendable: true, delimiter: ',' }
    : { schema, name, comment, kind: 'enum', labels: [] }
}

function withValue(from: unknown, [step, ...further]: Steps, value: unknown): unknown {
  if (step === undefined) return value
  if (Array.isArray(from)) return from.with(step as number, withValue(from[step as number], further, value))
  const object = from as Readonly<Record<string, unknown>>
  return { ...object, [step]: withValue(object[step], further, value) }
}

/** The path of what stands at a place, by its own rules; undefined for a list of relations, types or routines. */
function pathAt(catalog: Catalog, [list, index, part, at]: Steps): string | undefined {
  if (list === 'serverVersion') return 'server'
  const thing = typeof index === 'number' ? catalog[list as 'relations' | 'types' | 'routines'][index] : undefined
  if (thing === undefined) return undefined
  if (list === 'routines') {
    const given = (thing as CatalogRoutine).arguments.filter(({ mode }) => mode === 'in' || mode === 'inout')
    return `${pathOf(thing)}(${given.map(({ type }) => type).join(', ')})`
  }
  const parts = part === 'primaryKey' ? [(thing as CatalogRelation).primaryKey] : partsAt(thing, part)
  const named = part === 'primaryKey' ? parts[0] : parts[at as number]
  return typeof named === 'object' && named !== null ? pathOf(thing, named.name) : pathOf(thing)
}

function partsAt(thing: object, part: string | number | undefined): readonly ({ readonly name: string } | null)[] {
  const list = part === undefined ? undefined : (thing as Readonly<Record<string, unknown>>)[part]
  return Array.isArray(list) ? (list as { name: string }[]) : []
}
