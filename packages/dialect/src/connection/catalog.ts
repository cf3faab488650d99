import { arrayOf } from '../types/arrays/array-of.ts'
import type { Codec } from '../types/codec.ts'
import { isRecord, recordOf } from '../types/composites/record-of.ts'
import { defaultTypes, type PgTypes } from '../types/profile/profile.ts'
import { codecsFromRows, type ServerTypeRow } from '../types/server-types/server-types.ts'
import { asText } from '../types/text-fallback.ts'
import { MAX_KEPT_SQL_LENGTH, type ResultField, Statement } from './statement.ts'

/** Descriptions kept; one of ten columns takes about 2 kB. */
const MAX_STATEMENTS = 2_048

/** Statements to be described anew; beyond this they are simply forgotten. */
const MAX_SUSPECTS = 256

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
  readonly #suspects = new Map<string, Statement>()
  /** Types that may have changed, although nothing is sure. */
  readonly #doubted = new Set<number>()
  /** Look-ups that are under way, by the types that they ask for. */
  readonly #lookUps = new Map<number, Promise<unknown>>()
  /** The same database as other profiles have it; gone with the profile. */
  readonly #profiles: WeakMap<PgTypes, Catalog>
  #typesStatement: Statement | null = null
  #generation = 0

  constructor(types: PgTypes, profiles: WeakMap<PgTypes, Catalog> = new WeakMap()) {
    this.#types = types
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

  /** Those of `oids` that have to be looked up before values of them can be exchanged. */
  unknownTypes(oids: readonly number[]): number[] {
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

  /** Those of `oids` that are to be looked up again. */
  doubted(oids: readonly number[]): number[] {
    return this.#doubted.size === 0 ? [] : oids.filter((oid) => this.#doubted.has(oid))
  }

  /**
   * Forgets all types that were looked up, and all statements, which were described by them: unless that has been done
   * since `generation`, in which somebody has seen that it is necessary.
   */
  forgetTypes(generation: number): void {
    if (generation !== this.#generation) return
    this.#generation++
    this.#serverTypes.clear()
    this.#serverRows.clear()
    this.#doubted.clear()
    this.#statements.clear()
    this.#suspects.clear()
    this.#lookUps.clear()
  }

  /** How often everything was forgotten. */
  get generation(): number {
    return this.#generation
  }

  /** Notes that `lookUp` asks for `oids`, until it has settled. */
  lookingUp(oids: readonly number[], lookUp: Promise<unknown>): void {
    for (const oid of oids) this.#lookUps.set(oid, lookUp)
    const settled = (): void => {
      for (const oid of oids) if (this.#lookUps.get(oid) === lookUp) this.#lookUps.delete(oid)
    }
    lookUp.then(settled, settled)
  }

  /** The look-ups of others that will answer for some of `oids`. */
  lookUpsOf(oids: readonly number[]): Promise<unknown>[] {
    return [...new Set(oids.flatMap((oid) => this.#lookUps.get(oid) ?? []))]
  }

  /** The statement that looks types up; null before the first time. It reads with the built-in codecs, whatever the user's are. */
  get typesStatement(): Statement | null {
    return this.#typesStatement
  }

  addTypesStatement(sql: string, parameterOids: readonly number[], fields: readonly ResultField[]): Statement {
    this.#typesStatement = newStatement(sql, parameterOids, fields, (oid) => defaultTypes.codecFor(oid), 0)
    return this.#typesStatement
  }

  /** Describes a statement anew. Null when a type in it has not been looked up yet. */
  describe(sql: string, parameterOids: readonly number[], fields: readonly ResultField[]): Statement | null {
    const unknown = this.unknownTypes(typesOf(parameterOids, fields))
    return unknown.length > 0 ? null : this.add(sql, parameterOids, fields)
  }

  /**
   * Keeps the description of a statement, unless it is too long, or has a type that a look-up did not find: dropped
   * meanwhile, or hidden by the snapshot of a transaction. Such a type is its text for this time.
   */
  add(sql: string, parameterOids: readonly number[], fields: readonly ResultField[]): Statement {
    const statement = this.#cleared(sql, parameterOids, fields) ?? this.#describe(sql, parameterOids, fields)
    if (sql.length > MAX_KEPT_SQL_LENGTH || this.unknownTypes(typesOf(parameterOids, fields)).length > 0) {
      return statement
    }
    this.#statements.delete(sql)
    this.#statements.set(sql, statement)
    if (this.#statements.size > MAX_STATEMENTS) {
      // The oldest description goes, not the least recently used: noting each use would cost every query.
      for (const oldest of this.#statements.keys()) {
        this.#statements.delete(oldest)
        break
      }
    }
    return statement
  }

  /** Has a statement described anew before its next use. If nothing has changed, it stays the statement that is prepared. */
  suspect(statement: Statement): void {
    if (this.#statements.get(statement.sql) !== statement) return
    this.#statements.delete(statement.sql)
    this.#suspects.set(statement.sql, statement)
    if (this.#suspects.size > MAX_SUSPECTS) this.#suspects.clear()
  }

  /** Forgets a description that the server has outdated. */
  forget(statement: Statement): void {
    if (this.#statements.get(statement.sql) === statement) this.#statements.delete(statement.sql)
  }

  #cleared(sql: string, parameterOids: readonly number[], fields: readonly ResultField[]): Statement | undefined {
    const suspect = this.#suspects.get(sql)
    this.#suspects.delete(sql)
    const same =
      suspect !== undefined && suspect.parameterOids.join() === parameterOids.join() && suspect.describes(fields)
    return same ? suspect : undefined
  }

  #describe(sql: string, parameterOids: readonly number[], fields: readonly ResultField[]): Statement {
    return newStatement(sql, parameterOids, fields, (oid) => this.#find(oid), this.#generation)
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

/** The types that a statement takes and gives. */
export function typesOf(parameterOids: readonly number[], fields: readonly ResultField[]): number[] {
  return [...parameterOids, ...fields.map((field) => field.typeOid)]
}

function newStatement(
  sql: string,
  parameterOids: readonly number[],
  fields: readonly ResultField[],
  codecOf: (oid: number) => Codec | undefined,
  generation: number,
): Statement {
  const codec = (oid: number): Codec => codecOf(oid) ?? asText('unknown', oid)
  return new Statement(
    sql,
    parameterOids,
    parameterOids.map(codec),
    fields,
    fields.map((field) => codec(field.typeOid)),
    generation,
  )
}
