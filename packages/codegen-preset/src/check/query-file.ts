/** A file with queries: what was found in it, and the module in which the compiler is to judge them. */
import type { QueryText } from './query-text.ts'

export interface QueryFile {
  readonly path: string
  /** The file as it is. */
  readonly text: string
  /** What the compiler gets, before checks are put into it; null where there is nothing for it. */
  readonly module: QueryModule | null
  readonly queries: readonly Query[]
  /** Tags of templates that come from other modules, and may be Kysely's `sql` under another name. */
  readonly possibleTags: readonly { readonly tag: string; readonly slot: number }[]
  /** What keeps the file from being read, at an offset. */
  readonly problems: readonly { readonly at: number; readonly text: string }[]
}

export interface QueryModule {
  readonly text: string
  /** As which kind of file: `.ts`, `.tsx`, `.mts` or `.cts`. */
  readonly extension: string
  /** Whether each query is a statement, whatever it begins with. */
  readonly statements: boolean
  /** Makes an expression what may stand in a query's slot. */
  readonly inSlot: (expression: string) => string
}

export interface Query {
  /** The offset in the file that findings are reported at, if they have no better one. */
  readonly at: number
  /** The whole query; its `parameters` are spans of the module. */
  readonly text: QueryText
  /** The offset in the file of the parameter at an index. */
  readonly parameterAt: (index: number) => number
  /** The type that is stated for a row or a value, as source text. */
  readonly type: string | null
  /** What stands for Kysely's `sql`, where it is one of its templates. */
  readonly tag: string | null
  /** The offset in the module where checks can be put. */
  readonly slot: number
  /** Whether it stands in another one, which its parameters are checked with. */
  readonly nested: boolean
}
