import {
  AGGREGATES_OF_ROWS,
  AGGREGATES_OF_VALUES,
  ALWAYS_A_VALUE,
  COUNTING_AGGREGATES,
  VALUE_FOR_VALUES,
  VALUE_IN_EACH_ROW,
  VALUE_IN_WINDOW,
} from './known-functions.ts'
import { numberIn, type QueryRow, type QueryRunner, textIn } from './query-runner.ts'

/** The major versions whose query trees are understood; in any other, every column can be NULL. Before 16 a tree does not say what an outer join does. */
export const UNDERSTOOD_VERSIONS: readonly number[] = [16, 17, 18]

/**
 * When a function gives a value: always; for arguments that are values; an aggregate for rows, or for rows of values; or in each
 * row that it returns.
 */
export type ValueWhen = 'always' | 'for values' | 'for rows' | 'for rows of values' | 'in each row'

export interface KnownFunction {
  readonly valueWhen: ValueWhen
  /** Whether it gives NULL for any NULL among its arguments. */
  readonly strict: boolean
}

/** What does not depend on which query is asked about. */
export interface ServerFacts {
  readonly majorVersion: number
  /** By OID. */
  readonly functions: ReadonlyMap<number, KnownFunction>
  /** By the operator's OID. */
  readonly operators: ReadonlyMap<number, KnownFunction>
  /** Relations of which a rule may have a statement return something else than its rows. */
  readonly relationsWithRules: ReadonlySet<number>
}

/** Of any type that is not PostgreSQL's own, a cast may be somebody's function. */
export const FIRST_OID_OF_OTHERS = 10_000

const PG_CATALOG = 11
const LANGUAGE_INTERNAL = 12

export async function readServerFacts(run: QueryRunner): Promise<ServerFacts> {
  const [version] = await run(`select current_setting('server_version_num') as version`, [])
  const majorVersion = Math.floor(numberIn(version ?? {}, 'version') / 10_000)
  const functions = new Map<number, KnownFunction>()
  const operators = new Map<number, KnownFunction>()
  const relationsWithRules = new Set<number>()
  if (!UNDERSTOOD_VERSIONS.includes(majorVersion)) return { majorVersion, functions, operators, relationsWithRules }

  for (const row of await run(FUNCTIONS, [])) {
    const known = knownFunction(row)
    if (known !== undefined) functions.set(numberIn(row, 'oid'), known)
  }
  for (const row of await run(OPERATORS, [])) {
    const known = functions.get(numberIn(row, 'function'))
    if (known?.valueWhen === 'for values') operators.set(numberIn(row, 'oid'), known)
  }
  for (const row of await run(RULES, [])) relationsWithRules.add(numberIn(row, 'relation'))
  return { majorVersion, functions, operators, relationsWithRules }
}

const byCFunction = new Map<string, ValueWhen>([
  ...VALUE_FOR_VALUES.map((name) => [name, 'for values'] as const),
  ...ALWAYS_A_VALUE.map((name) => [name, 'always'] as const),
  ...VALUE_IN_WINDOW.map((name) => [name, 'for values'] as const),
  ...VALUE_IN_EACH_ROW.map((name) => [name, 'in each row'] as const),
])

const byAggregate = new Map<string, ValueWhen>([
  ...COUNTING_AGGREGATES.map((name) => [name, 'always'] as const),
  ...AGGREGATES_OF_ROWS.map((name) => [name, 'for rows'] as const),
  ...AGGREGATES_OF_VALUES.map((name) => [name, 'for rows of values'] as const),
])

// What a superuser has put in the place of one of these functions is in another language, or has another C function.
const FUNCTIONS = `
  select oid::text as oid, proname::text as name, prosrc as source, prokind::text as kind, proisstrict::text as strict
  from pg_catalog.pg_proc
  where oid < ${FIRST_OID_OF_OTHERS} and pronamespace = ${PG_CATALOG} and prolang = ${LANGUAGE_INTERNAL}
    and (prosrc in (${quotedList(byCFunction)}) or prokind = 'a' and proname in (${quotedList(byAggregate)}))`

const OPERATORS = `select oid::text as oid, oprcode::oid::text as function from pg_catalog.pg_operator where oprcode <> 0`

const RULES = `select distinct ev_class::text as relation from pg_catalog.pg_rewrite where ev_type <> '1'`

function knownFunction(row: QueryRow): KnownFunction | undefined {
  const aggregate = textIn(row, 'kind') === 'a'
  const valueWhen = aggregate ? byAggregate.get(textIn(row, 'name')) : byCFunction.get(textIn(row, 'source'))
  return valueWhen === undefined ? undefined : { valueWhen, strict: !aggregate && textIn(row, 'strict') === 'true' }
}

/** Names of functions are plain words. */
function quotedList(names: ReadonlyMap<string, unknown>): string {
  return [...names.keys()].map((name) => `'${name}'`).join(', ')
}
