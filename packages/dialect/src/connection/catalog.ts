import { arrayOf } from '../types/arrays/array-of.ts'
import type { Codec } from '../types/codec.ts'
import { isRecord, recordOf } from '../types/composites/record-of.ts'
import { defaultTypes, type PgTypes } from '../types/profile/profile.ts'
import type { ColumnDomainRow } from '../types/server-types/column-domains-query.ts'
import { codecsFromRows, type ServerTypeRow } from '../types/server-types/server-types.ts'
import { asText } from '../types/text-fallback.ts'
import { ColumnDomains, type ColumnKey } from './column-domains.ts'
import { StalePlans } from './stale-plans.ts'
import { MAX_KEPT_SQL_LENGTH, type ResultField, Statement } from './statement.ts'

/** Descriptions kept; one of ten columns takes about 2 kB. */
const MAX_STATEMENTS = 2_048

/** What the descriptions that are kept may take together, by {@link Statement.sizeBytes}: 8 KiB for each of them. */
const MAX_STATEMENT_BYTES = 16_777_216

/** Statements to be described anew; beyond this they are simply forgotten. */
const MAX_SUSPECTS = 256

/** What has to be known before values can be exchanged: a type, by its OID, or what domain a column is of. */
export type CatalogKey = number | ColumnKey

/**
 * What is known of one database under one profile: types looked up, statements described. Shared by all connections of a
 * pool, so that the second connection that meets a statement needs one round trip and not two.
 */
export class Catalog {
  readonly #types: PgTypes
  readonly #serverTypes = new Map<number, Codec>()
  /** Anonymous records and arrays of them, whose fields are of types that may be looked up later. */
  readonly #records: ReadonlyMap<number, Codec>
  /** What the server said of a type, to tell whether it says something else now. */
  readonly #serverRows = new Map<number, string>()
  readonly #statements = new Map<string, Statement>()
  /** What `#statements` take together. */
  #statementBytes = 0
  readonly #suspects = new Map<string, Statement>()
  /** Types that may have changed, although nothing is sure. */
  readonly #doubted = new Set<number>()
  /** Plans that the server has refused, which a pooler may keep all the same. */
  readonly stalePlans: StalePlans = new StalePlans()
  readonly #columns: ColumnDomains
  /** Look-ups that are under way, by what they ask for. */
  readonly #lookUps = new Map<CatalogKey, Promise<unknown>>()
  /** The same database as other profiles have it; gone with the profile. */
  readonly #profiles: WeakMap<PgTypes, Catalog>
  /** The statements that look things up, by their text. */
  readonly #lookUpStatements = new Map<string, Statement>()
  #generation = 0

  constructor(types: PgTypes, profiles: WeakMap<PgTypes, Catalog> = new WeakMap()) {
    this.#types = types
    this.#columns = new ColumnDomains(types.domainNames)
    this.#records = recordCodecs(types, (oid) => this.#find(oid))
    this.#profiles = profiles
    profiles.set(types, this)
  }

  /** The catalog of the same database under another profile. */
  under(types: PgTypes): Catalog {
    return this.#profiles.get(types) ?? new Catalog(types, this.#profiles)
  }

  statement(sql: string): Statement | undefined {
    return this.#statements.get(sql)
  }

  /** What has to be known of a statement: the types that it takes and gives, and its columns where they may be of domains. */
  keysOf(parameterOids: readonly number[], fields: readonly ResultField[]): CatalogKey[] {
    return [...parameterOids, ...fields.map((field) => field.typeOid), ...this.#columns.keysOf(fields)]
  }

  /**
   * What has to be looked up next for `keys`, besides what was asked for already. Columns go first, and alone: they lead to
   * further types.
   */
  unknown(keys: readonly CatalogKey[], asked: ReadonlySet<CatalogKey> = new Set()): readonly CatalogKey[] {
    const columns = this.unknownColumns(keys).filter((key) => !asked.has(key))
    return columns.length > 0 ? columns : this.unknownTypes(keys).filter((oid) => !asked.has(oid))
  }

  unknownColumns(keys: readonly CatalogKey[]): ColumnKey[] {
    return this.#columns.unknown(keys.filter(isColumn))
  }

  /** The types among `keys`, and the domains of columns among them, that have to be looked up. */
  unknownTypes(keys: readonly CatalogKey[]): number[] {
    const oids = [...keys.filter(isType), ...this.#columns.domainsOf(keys.filter(isColumn))]
    return [...new Set(oids)].filter((oid) => this.#find(oid) === undefined)
  }

  /** Looks codecs up among the built-in ones and those added. */
  get known(): PgTypes {
    return { ...this.#types, codecFor: (oid) => this.#find(oid) }
  }

  /** Keeps what a look-up gave. */
  addTypes(rows: readonly ServerTypeRow[]): void {
    for (const [oid, codec] of codecsFromRows(rows, this.known)) this.#serverTypes.set(oid, codec)
    for (const row of rows) this.#serverRows.set(row.oid, JSON.stringify(row))
  }

  /** The parameters of the query that asks for columns. */
  columnParameters(keys: readonly ColumnKey[]): readonly unknown[] {
    return this.#columns.parametersFor(keys)
  }

  /** Keeps what a look-up of `keys` gave. Statements that were described with other domains are forgotten. */
  addColumns(keys: readonly ColumnKey[], rows: readonly ColumnDomainRow[]): void {
    if (this.#columns.add(keys, rows)) this.#forgetStatements()
  }

  /** Whether the codec of a type comes from a look-up. */
  lookedUp(oid: number): boolean {
    return this.#serverRows.has(oid)
  }

  /** Whether `rows`, a look-up of `oids`, are what the server said when these types were looked up before. */
  agreesWith(rows: readonly ServerTypeRow[], oids: readonly number[]): boolean {
    const found = new Set(rows.map((row) => row.oid))
    return (
      oids.every((oid) => found.has(oid)) && rows.every((row) => this.#serverRows.get(row.oid) === JSON.stringify(row))
    )
  }

  /** Has types looked up again before the next statement with them is described. */
  doubt(oids: readonly number[]): void {
    for (const oid of oids) this.#doubted.add(oid)
  }

  trust(oids: readonly number[]): void {
    for (const oid of oids) this.#doubted.delete(oid)
  }

  /** The types among `keys` that are to be looked up again. */
  doubted(keys: readonly CatalogKey[]): number[] {
    return this.#doubted.size === 0 ? [] : keys.filter(isType).filter((oid) => this.#doubted.has(oid))
  }

  /**
   * Forgets all types and columns that were looked up, and all statements, which were described by them: unless that has
   * been done since `generation`, in which somebody has seen that it is necessary.
   */
  forgetTypes(generation: number): void {
    if (generation !== this.#generation) return
    this.#generation++
    this.#serverTypes.clear()
    this.#serverRows.clear()
    this.#doubted.clear()
    this.#columns.clear()
    this.#forgetStatements()
    this.#lookUps.clear()
  }

  /** How often everything was forgotten. */
  get generation(): number {
    return this.#generation
  }

  /** Notes that `lookUp` asks for `keys`, until it has settled. */
  lookingUp(keys: readonly CatalogKey[], lookUp: Promise<unknown>): void {
    for (const key of keys) this.#lookUps.set(key, lookUp)
    const settled = (): void => {
      for (const key of keys) if (this.#lookUps.get(key) === lookUp) this.#lookUps.delete(key)
    }
    lookUp.then(settled, settled)
  }

  /** The look-ups of others that will answer for some of `keys`. */
  lookUpsOf(keys: readonly CatalogKey[]): Promise<unknown>[] {
    return [...new Set(keys.flatMap((key) => this.#lookUps.get(key) ?? []))]
  }

  /** A statement that looks things up, once it has been described. */
  lookUpStatement(sql: string): Statement | undefined {
    return this.#lookUpStatements.get(sql)
  }

  /** Keeps the description of a statement that looks things up. It reads with the built-in codecs, whatever the user's are. */
  addLookUpStatement(sql: string, parameterOids: readonly number[], fields: readonly ResultField[]): Statement {
    const codec = (oid: number): Codec | undefined => defaultTypes.codecFor(oid)
    const statement = newStatement(sql, parameterOids, fields, codec, (field) => codec(field.typeOid), 0)
    this.#lookUpStatements.set(sql, statement)
    return statement
  }

  /** Describes a statement anew. Null when a type or a column in it has not been looked up yet. */
  describe(
    sql: string,
    parameterOids: readonly number[],
    fields: readonly ResultField[],
    kept: boolean = true,
  ): Statement | null {
    const unknown = this.unknown(this.keysOf(parameterOids, fields))
    return unknown.length > 0 ? null : this.add(sql, parameterOids, fields, kept)
  }

  /** Whether `fields` are read as `statement` says. */
  describes(statement: Statement, fields: readonly ResultField[]): boolean {
    return (
      statement.describes(fields) &&
      fields.every((field, index) => this.#columns.same(field, statement.columns[index]!))
    )
  }

  /**
   * Keeps the description of a statement, unless it is not wanted, too long, or has a type that a look-up did not find:
   * dropped meanwhile, or hidden by the snapshot of a transaction. Such a type is its text for this time.
   */
  add(sql: string, parameterOids: readonly number[], fields: readonly ResultField[], kept: boolean = true): Statement {
    if (!kept) return this.#describe(sql, parameterOids, fields, false)
    const statement = this.#cleared(sql, parameterOids, fields) ?? this.#describe(sql, parameterOids, fields, true)
    if (sql.length > MAX_KEPT_SQL_LENGTH || this.unknown(this.keysOf(parameterOids, fields)).length > 0) {
      return statement
    }
    this.#remove(sql)
    this.#statements.set(sql, statement)
    this.#statementBytes += statement.sizeBytes
    // The oldest descriptions go, not the least recently used: noting each use would cost every query.
    for (const oldest of this.#statements.keys()) {
      if (this.#statements.size <= MAX_STATEMENTS && this.#statementBytes <= MAX_STATEMENT_BYTES) break
      this.#remove(oldest)
    }
    return statement
  }

  /** Has a statement described anew before its next use. If nothing has changed, it stays the statement that is prepared. */
  suspect(statement: Statement): void {
    if (this.#statements.get(statement.sql) !== statement) return
    this.#remove(statement.sql)
    this.#suspects.set(statement.sql, statement)
    if (this.#suspects.size > MAX_SUSPECTS) this.#suspects.clear()
  }

  /** Forgets a description that the server has outdated. Its columns may be of other domains now, under the same OIDs. */
  forget(statement: Statement): void {
    if (this.#statements.get(statement.sql) !== statement) return
    this.#remove(statement.sql)
    this.#columns.doubt(statement.columns)
  }

  #remove(sql: string): void {
    this.#statementBytes -= this.#statements.get(sql)?.sizeBytes ?? 0
    this.#statements.delete(sql)
  }

  #forgetStatements(): void {
    this.#statements.clear()
    this.#statementBytes = 0
    this.#suspects.clear()
  }

  #cleared(sql: string, parameterOids: readonly number[], fields: readonly ResultField[]): Statement | undefined {
    const suspect = this.#suspects.get(sql)
    this.#suspects.delete(sql)
    const same =
      suspect !== undefined && suspect.parameterOids.join() === parameterOids.join() && this.describes(suspect, fields)
    return same ? suspect : undefined
  }

  #describe(sql: string, parameterOids: readonly number[], fields: readonly ResultField[], kept: boolean): Statement {
    const codecOf = (oid: number): Codec | undefined => this.#find(oid)
    const codecOfField = (field: ResultField): Codec | undefined =>
      codecOf(this.#columns.domainOf(field)) ?? codecOf(field.typeOid)
    const named = kept && !this.stalePlans.isPooled(sql)
    return newStatement(sql, parameterOids, fields, codecOf, codecOfField, this.#generation, kept, named)
  }

  #find(oid: number): Codec | undefined {
    return this.#records.get(oid) ?? this.#types.codecFor(oid) ?? this.#serverTypes.get(oid)
  }
}

/** A profile's own codec of records knows the types of the profile alone. One of the user's is left as it is. */
function recordCodecs(types: PgTypes, resolve: (oid: number) => Codec | undefined): Map<number, Codec> {
  const record = recordOf(resolve)
  const chosen = types.codecFor(record.oid)
  if (chosen !== undefined && !isRecord(chosen)) return new Map()
  const array: Codec = arrayOf(record, { bounds: types.arrays === 'bounded' ? 'kept' : 'dropped' })
  return new Map([record, array].map((codec) => [codec.oid, codec]))
}

function isType(key: CatalogKey): key is number {
  return typeof key === 'number'
}

function isColumn(key: CatalogKey): key is ColumnKey {
  return typeof key === 'string'
}

function newStatement(
  sql: string,
  parameterOids: readonly number[],
  fields: readonly ResultField[],
  codecOf: (oid: number) => Codec | undefined,
  codecOfField: (field: ResultField) => Codec | undefined,
  generation: number,
  kept: boolean = true,
  named: boolean = kept,
): Statement {
  return new Statement(
    sql,
    parameterOids,
    parameterOids.map((oid) => codecOf(oid) ?? asText('unknown', oid)),
    fields,
    fields.map((field) => codecOfField(field) ?? asText('unknown', field.typeOid)),
    generation,
    kept,
    named,
  )
}
