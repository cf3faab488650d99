import type { PgTypes } from 'kysely-pgwire/types'

import type { AuditOptions } from '../audit/audit-options.ts'
import type { EmitOptions } from '../emit/emit-options.ts'
import type { ModelOptions } from '../model/model-options.ts'
import type { Source } from '../source/source.ts'

/** What decides the text of the file, wherever the database comes from. Names that kysely-codegen has mean what they mean there. */
export interface OutputOptions
  extends
    Pick<ModelOptions, 'brandedDomains' | 'brandedIds' | 'camelCase' | 'defaultSchemas' | 'partitions'>,
    Pick<EmitOptions, 'customImports' | 'enumValues' | 'keys' | 'routines' | 'typeOnlyImports'> {
  /** The profile of the application's dialect. Default: that of a dialect without one. */
  readonly types?: PgTypes | undefined
  /** Only tables and views that the glob pattern matches: by their name, or by schema and name if it has a dot. */
  readonly includePattern?: string | undefined
  /** Tables and views that are left out. */
  readonly excludePattern?: string | undefined
  /** Names of interfaces in the singular; further rules as `{ '/^(.*)data$/i': '$1datum' }`. Default false. */
  readonly singularize?: boolean | Readonly<Record<string, string>> | undefined
  /** Types of columns, by `table.column` or `schema.table.column`, as source text. They may narrow what the driver returns. */
  readonly overrides?: { readonly columns?: Readonly<Record<string, string>> | undefined } | undefined
}

/** What `audit` takes. */
export interface AuditSettings {
  /** What says whether a value is of the type that was chosen for its column, by `table.column` or `schema.table.column`. */
  readonly validators?: AuditOptions['validators']
  /** How many rows of each relation are looked at. Default: all. */
  readonly auditRows?: number | undefined
  /** How long one of its statements may take, in milliseconds. Default 60 000. */
  readonly auditTimeoutMs?: number | undefined
}

/** What `check` takes. */
export interface CheckSettings {
  /** Paths and glob patterns of the files whose SQL is checked: TypeScript with templates of Kysely's `sql`, and SQL. */
  readonly checkFiles?: readonly string[] | undefined
  /** The `tsconfig.json` that they are compiled with. Default: for each file the nearest one above it. */
  readonly checkProject?: string | undefined
}

/** What {@link createGenerator} takes. */
export interface GeneratorOptions extends OutputOptions, AuditSettings, CheckSettings {
  readonly source: Source
  /** The file of types that is written; relative to the working directory. Only `text` does without. */
  readonly outFile?: string | undefined
  /** The file that keeps the catalog, for `verify`. Default: beside `outFile`, `db.catalog.json` for `db.ts`. False: none. */
  readonly snapshot?: string | false | undefined
  /** Whether `verify` also refuses changes of the database that the file of types says nothing of. Default false. */
  readonly strict?: boolean | undefined
}

/** Every option of {@link OutputOptions}, and what it has to be. */
export const OUTPUT_OPTIONS: Readonly<Record<keyof OutputOptions, OptionKind>> = {
  brandedDomains: 'boolean',
  brandedIds: 'boolean',
  camelCase: 'boolean',
  customImports: 'strings by name',
  defaultSchemas: 'list of strings',
  enumValues: 'boolean',
  excludePattern: 'string',
  includePattern: 'string',
  keys: 'boolean',
  overrides: 'overrides',
  partitions: 'boolean',
  routines: 'boolean',
  singularize: 'boolean or rules',
  typeOnlyImports: 'boolean',
  types: 'profile',
}

export const GENERATOR_OPTIONS: Readonly<Record<keyof GeneratorOptions, OptionKind>> = {
  ...OUTPUT_OPTIONS,
  auditRows: 'number',
  checkFiles: 'list of strings',
  checkProject: 'string',
  auditTimeoutMs: 'number',
  outFile: 'string',
  snapshot: 'string or false',
  source: 'source',
  strict: 'boolean',
  validators: 'functions by name',
}

export type OptionKind =
  | 'boolean'
  | 'boolean or rules'
  | 'database'
  | 'enum style'
  | 'functions by name'
  | 'list of strings'
  | 'log level'
  | 'number'
  | 'overrides'
  | 'postgres'
  | 'profile'
  | 'source'
  | 'string'
  | 'string or false'
  | 'strings by name'
