import type { Codec } from '../types/codec.ts'
import { defaultTypes, type PgTypes } from '../types/profile.ts'
import { asText } from '../types/text-fallback.ts'
import type { FieldDescription } from '../wire/descriptions.ts'
import { MAX_KEPT_SQL_LENGTH, Statement } from './statement.ts'

/** Descriptions kept; one of ten columns takes about 2 kB. */
const MAX_STATEMENTS = 2_048

/** Statements to be described anew; beyond this they are simply forgotten. */
const MAX_SUSPECTS = 256

/**
 * What is known of one database: types looked up, statements described. Shared by all connections of a pool, so that
 * the second connection that meets a statement needs one round trip and not two.
 */
export class Catalog {
  readonly #types: PgTypes
  readonly #serverTypes = new Map<number, Codec>()
  readonly #statements = new Map<string, Statement>()
  readonly #suspects = new Map<string, Statement>()
  #typesStatement: Statement | null = null

  constructor(types: PgTypes) {
    this.#types = types
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
    return { codecFor: (oid) => this.#find(oid), codecNamed: this.#types.codecNamed }
  }

  /** Keeps what a look-up of `oids` gave. A type that is gone by now is its text. */
  addTypes(codecs: ReadonlyMap<number, Codec>, oids: readonly number[]): void {
    for (const [oid, codec] of codecs) this.#serverTypes.set(oid, codec)
    for (const oid of this.unknownTypes(oids)) this.#serverTypes.set(oid, asText('unknown', oid))
  }

  /** The statement that looks types up; null before the first time. It reads with the built-in codecs, whatever the user's are. */
  get typesStatement(): Statement | null {
    return this.#typesStatement
  }

  addTypesStatement(sql: string, parameterOids: readonly number[], fields: readonly FieldDescription[]): Statement {
    this.#typesStatement = newStatement(sql, parameterOids, fields, (oid) => defaultTypes.codecFor(oid))
    return this.#typesStatement
  }

  /** Describes a statement anew. Null when a type in it has not been looked up yet. */
  describe(sql: string, parameterOids: readonly number[], fields: readonly FieldDescription[]): Statement | null {
    const unknown = this.unknownTypes([...parameterOids, ...fields.map((field) => field.typeOid)])
    return unknown.length > 0 ? null : this.add(sql, parameterOids, fields)
  }

  /** Keeps the description of a statement, unless that is too long; all its types must have been looked up. */
  add(sql: string, parameterOids: readonly number[], fields: readonly FieldDescription[]): Statement {
    const statement =
      this.#cleared(sql, parameterOids, fields) ?? newStatement(sql, parameterOids, fields, (oid) => this.#find(oid))
    if (sql.length > MAX_KEPT_SQL_LENGTH) return statement
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

  #cleared(sql: string, parameterOids: readonly number[], fields: readonly FieldDescription[]): Statement | undefined {
    const suspect = this.#suspects.get(sql)
    this.#suspects.delete(sql)
    const same =
      suspect !== undefined && suspect.parameterOids.join() === parameterOids.join() && suspect.describes(fields)
    return same ? suspect : undefined
  }

  #find(oid: number): Codec | undefined {
    return this.#types.codecFor(oid) ?? this.#serverTypes.get(oid)
  }
}

function newStatement(
  sql: string,
  parameterOids: readonly number[],
  fields: readonly FieldDescription[],
  codecOf: (oid: number) => Codec | undefined,
): Statement {
  const codec = (oid: number): Codec => codecOf(oid) ?? asText('unknown', oid)
  return new Statement(
    sql,
    parameterOids,
    parameterOids.map(codec),
    fields,
    fields.map((field) => codec(field.typeOid)),
  )
}
