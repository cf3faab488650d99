import type { Query, QueryFile } from './query-file.ts'
/** What is found out about one query, step by step. */
import type { Description } from './server/describer.ts'

export interface Remark {
  readonly at: number
  readonly text: string
}

export class Judgement {
  readonly file: QueryFile
  readonly query: Query
  description: Description | undefined
  /** Whether its tag is not Kysely's, but something of the same name. */
  foreign: boolean = false
  /** Why the stated type is none to compare with. */
  missingType: string | undefined
  /** By their indexes, the parameters that can be null, those of no type, and those that are SQL. */
  readonly nullable: Set<number> = new Set()
  readonly untyped: Set<number> = new Set()
  readonly sqlParameters: Set<number> = new Set()
  readonly #findings = new Map<string, Remark>()
  readonly #unchecked = new Map<string, Remark>()

  constructor(file: QueryFile, query: Query) {
    this.file = file
    this.query = query
  }

  /** The same thing is said once. */
  find(text: string, at: number = this.query.at): void {
    this.#findings.set(`${at} ${text}`, { at, text })
  }

  leaveUnchecked(reason: string, at: number = this.query.at): void {
    this.#unchecked.set(`${at} ${reason}`, { at, text: `Not checked: ${reason}` })
  }

  get findings(): readonly Remark[] {
    return [...this.#findings.values()]
  }

  get unchecked(): readonly Remark[] {
    return [...this.#unchecked.values()]
  }

  /** The type to compare with, if there is one that says something. */
  get type(): string | null {
    return this.missingType === undefined ? this.query.type : null
  }

  /** Numbers of parameters of which it is known that they are not null. */
  get notNullParameters(): ReadonlySet<number> {
    if (this.query.nested) return new Set()
    const numbers = this.query.text.parameters.flatMap((_, index) =>
      this.nullable.has(index) || this.untyped.has(index) ? [] : [index + 1],
    )
    return new Set(numbers)
  }
}
