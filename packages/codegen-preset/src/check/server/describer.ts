/** What the server says of queries, on one connection. Nothing is executed. */
import { CompiledQuery } from 'kysely'

import { type AnyKysely, readJson } from '../../catalog/query-runner.ts'
import { type RelationRow, relationsQuery } from '../../catalog/relations-query.ts'
import { describeQuery, type DescribedColumn, type QueryDescription } from '../../nullability/describe-query.ts'
import type { ColumnFacts } from '../../nullability/judge.ts'
import { QueryDescriptionError } from '../../nullability/query-description-error.ts'
import type { QueryRow, QueryRunner } from '../../nullability/query-runner.ts'
import { readServerFacts, type ServerFacts } from '../../nullability/server-facts.ts'
import { skipInsignificant, skipToken } from '../../nullability/single-statement.ts'

export type Description =
  | { readonly kind: 'statement'; readonly described: QueryDescription }
  /** It stands alone as a value: in place of a column of `select`. */
  | { readonly kind: 'fragment'; readonly described: QueryDescription; readonly column: DescribedColumn }
  /** The server refuses it; `position` is counted in code points, from 1. */
  | { readonly kind: 'wrong'; readonly reason: string; readonly position: number | undefined }
  | { readonly kind: 'unknown'; readonly reason: string }

/** With these words a query begins that can be described. */
const STATEMENTS = new Set(['select', 'values', 'table', 'with', 'insert', 'update', 'delete', 'merge'])

export class Describer {
  readonly #run: QueryRunner
  readonly #serverFacts: ServerFacts
  readonly #tableFacts: ColumnFacts
  readonly #nameOf: (column: string) => string

  private constructor(
    run: QueryRunner,
    serverFacts: ServerFacts,
    tableFacts: ColumnFacts,
    nameOf: (column: string) => string,
  ) {
    this.#run = run
    this.#nameOf = nameOf
    this.#serverFacts = serverFacts
    this.#tableFacts = tableFacts
  }

  /** `db` has to stay on one connection. `nameOf`: what the application's plugins make of a column's name. */
  static async on(db: AnyKysely, nameOf: (column: string) => string): Promise<Describer> {
    const run: QueryRunner = async (sql, parameters) =>
      (await db.executeQuery<QueryRow>(CompiledQuery.raw(sql, [...parameters]))).rows
    const relations = await readJson<RelationRow[]>(db, relationsQuery)
    return new Describer(run, await readServerFacts(run), factsOf(relations), nameOf)
  }

  /** `whole`: it is a statement, whatever it begins with. */
  async describe(sql: string, notNullParameters: ReadonlySet<number>, whole: boolean): Promise<Description> {
    if (whole || isStatement(sql)) return this.#statement(sql, notNullParameters)
    return this.#fragment(sql, notNullParameters)
  }

  async #statement(sql: string, notNullParameters: ReadonlySet<number>): Promise<Description> {
    const answer = await this.#ask(sql, notNullParameters)
    if (!(answer instanceof QueryDescriptionError)) return { kind: 'statement', described: answer }
    if (answer.code === undefined) return { kind: 'unknown', reason: answer.message }
    return { kind: 'wrong', reason: withHint(answer), position: answer.position }
  }

  async #fragment(sql: string, notNullParameters: ReadonlySet<number>): Promise<Description> {
    if (sql.trim() === '') return { kind: 'unknown', reason: 'it is empty' }
    if (/^[\s()]*\$\d+[\s()]*$/.test(sql)) {
      return { kind: 'unknown', reason: 'what type a parameter has depends on where it stands' }
    }
    const answer = await this.#ask(`select ${sql}`, notNullParameters)
    if (answer instanceof QueryDescriptionError) {
      return { kind: 'unknown', reason: `it does not stand alone as a value: ${answer.message}` }
    }
    const [column, ...more] = answer.columns
    if (column === undefined || more.length > 0) return { kind: 'unknown', reason: 'it is not one value' }
    return { kind: 'fragment', described: answer, column }
  }

  async #ask(sql: string, notNullParameters: ReadonlySet<number>): Promise<QueryDescription | QueryDescriptionError> {
    try {
      const { parameters, columns } = await describeQuery(this.#run, sql, {
        readTableFacts: async () => this.#tableFacts,
        facts: this.#serverFacts,
        notNullParameters,
      })
      const named = columns.map(({ name, type, nullable }) => {
        return { name: name === null ? null : this.#nameOf(name), type, nullable }
      })
      return { parameters, columns: named }
    } catch (error) {
      if (error instanceof QueryDescriptionError && isOfTheQuery(error.code)) return error
      throw error
    }
  }
}

/** Parts of queries begin with the same words: `update` alone, of FOR UPDATE; `with ordinality`. */
function isStatement(sql: string): boolean {
  const [first = '', second = '', third = ''] = firstTokensOf(sql)
  if (!STATEMENTS.has(first) || second === '') return false
  if (first !== 'with') return true
  return second !== 'ordinality' && (second === 'recursive' || third === 'as' || third === '(')
}

/** The first three, in small letters. */
function firstTokensOf(sql: string): string[] {
  const tokens: string[] = []
  for (let at = 0; at < sql.length && tokens.length < 3;) {
    const behind = skipInsignificant(sql, at)
    const next = behind === at ? skipToken(sql, at) : behind
    if (next === undefined) break
    if (behind === at) tokens.push(sql.slice(at, next).toLowerCase())
    at = next
  }
  return tokens
}

/** Whether the query is what is wrong, and not the connection, the server or a right that is missing. */
function isOfTheQuery(code: string | undefined): boolean {
  return code === undefined || (/^(?:0A|21|22|2F|38|39|3F|42)/.test(code) && code !== '42501')
}

function withHint({ message, hint }: QueryDescriptionError): string {
  return hint === undefined ? message : `${message} (${hint})`
}

function factsOf(relations: readonly RelationRow[]): ColumnFacts {
  const proved = new Set(
    relations.flatMap(({ oid, columns }) =>
      columns.filter((column) => column.proved).map(({ number }) => `${oid} ${number}`),
    ),
  )
  return { notNull: (relation, columnNumber) => proved.has(`${relation} ${columnNumber}`) }
}
