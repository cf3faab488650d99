/** What the command line and the presets call: one object that reads a database and says, writes or verifies what it is. */
import { resolve } from 'node:path'

import type { AuditFinding } from '../audit/audit-finding.ts'
import { audit, auditPassed } from '../audit/audit.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { AnyKysely } from '../catalog/query-runner.ts'
import { checkQueries } from '../check/check-queries.ts'
import type { CheckResult } from '../check/check-result.ts'
import { judgeFiles, type Judgement } from '../compare/judge-files.ts'
import { OptionsError } from '../source/options-error.ts'
import { openSource } from '../source/source.ts'
import { catalogText } from './catalog-text.ts'
import { checkOptions } from './check-options.ts'
import { schemaFingerprint } from './fingerprint.ts'
import { GENERATOR_OPTIONS, type GeneratorOptions } from './generator-options.ts'
import { readCatalogOf } from './read-catalog-of.ts'
import { includesOf, type TypeScriptText, typescriptOf } from './typescript-of.ts'
import { readIfThere, writeWhole } from './write-file.ts'

/** Each call opens the source, and closes it before it settles. */
export interface Generator {
  /** What the database says of itself. */
  catalog(): Promise<Catalog>
  /** The file of types as text, without writing it. */
  text(): Promise<TypeScriptText>
  /** Writes the file of types and the snapshot, where they are not so already. */
  generate(): Promise<GenerateResult>
  /** Compares the files with what `generate` would write. */
  verify(): Promise<VerifyResult>
  /** Looks up in the data what the types say of it and PostgreSQL does not enforce. */
  audit(): Promise<AuditResults>
  /** Compares the SQL in `checkFiles` with what the server says of it; relative paths count from `cwd`, which is the working directory. */
  check(cwd?: string): Promise<CheckResult>
  /** Another text after each change of the schema. Cheap, and good for nothing but comparing. */
  fingerprint(): Promise<string>
}

export interface GenerateResult {
  readonly files: readonly { readonly file: string; readonly written: boolean }[]
  /** What could not be in the file, a sentence for each. */
  readonly warnings: readonly string[]
}

export interface VerifyResult extends Judgement {
  /** Whether there is nothing to do. */
  readonly upToDate: boolean
  readonly warnings: readonly string[]
}

export interface AuditResults {
  /** Whether nothing was found that makes the types wrong. */
  readonly passed: boolean
  readonly findings: readonly AuditFinding[]
}

/** Throws an `OptionsError` for what is no option. Nothing is opened or read yet. */
export function createGenerator(options: GeneratorOptions): Generator {
  checkOptions(options, GENERATOR_OPTIONS)
  if (options.source === undefined)
    throw new OptionsError('The option source has to be { url }, { migrations } or { db }')
  const withDatabase = <Result>(work: (db: AnyKysely) => Promise<Result>): Promise<Result> => using(options, work)
  return {
    catalog: () => withDatabase(readCatalogOf),
    text: async () => typescriptOf(await withDatabase(readCatalogOf), options),
    generate: async () => {
      const paths = pathsOf(options)
      const { texts, warnings } = filesOf(await withDatabase(readCatalogOf), options, paths)
      const files: { file: string; written: boolean }[] = []
      for (const [file, text] of texts) files.push({ file, written: await writeWhole(file, text) })
      return { files, warnings }
    },
    verify: async () => {
      const paths = pathsOf(options)
      const catalog = await withDatabase(readCatalogOf)
      const judgement = await judge(catalog, options, paths)
      const upToDate = judgement.types === 'fresh' && (judgement.snapshot ?? 'fresh') === 'fresh'
      return { ...judgement, upToDate, warnings: typescriptOf(catalog, options).warnings }
    },
    audit: async () => {
      const findings = await withDatabase((db) => auditOf(db, options))
      return { passed: auditPassed(findings), findings }
    },
    check: (cwd) => withDatabase((db) => checkOf(db, options, cwd)),
    fingerprint: () => withDatabase(schemaFingerprint),
  }
}

async function using<Result>(
  { source, types }: GeneratorOptions,
  work: (db: AnyKysely) => Promise<Result>,
): Promise<Result> {
  const open = await openSource(source, types)
  try {
    return await work(open.db)
  } finally {
    await open.close()
  }
}

interface Paths {
  readonly types: string
  readonly snapshot: string | null
}

function pathsOf({ outFile, snapshot }: GeneratorOptions): Paths {
  if (outFile === undefined) throw new OptionsError('It is not said which file to write: outFile, or --out-file')
  const types = resolve(outFile)
  if (snapshot === false) return { types, snapshot: null }
  return { types, snapshot: resolve(snapshot ?? `${types.replace(/(?:\.d)?\.[cm]?ts$/, '')}.catalog.json`) }
}

/** The files by their paths. The catalog is whole in the snapshot, whatever the file of types leaves out. */
function filesOf(
  catalog: Catalog,
  options: GeneratorOptions,
  paths: Paths,
): { readonly texts: ReadonlyMap<string, string>; readonly warnings: readonly string[] } {
  const { text, warnings } = typescriptOf(catalog, options)
  const texts = new Map([[paths.types, text]])
  if (paths.snapshot !== null) texts.set(paths.snapshot, catalogText(catalog))
  return { texts, warnings }
}

async function auditOf(db: AnyKysely, options: GeneratorOptions): Promise<AuditFinding[]> {
  const { types, partitions, brandedIds, brandedDomains, validators, auditRows, auditTimeoutMs } = options
  return audit(db, await readCatalogOf(db), {
    types,
    partitions,
    brandedIds,
    brandedDomains,
    includes: includesOf(options.includePattern, options.excludePattern),
    columns: options.overrides?.columns,
    validators,
    rows: auditRows,
    statementTimeoutMs: auditTimeoutMs,
  })
}

async function checkOf(db: AnyKysely, options: GeneratorOptions, cwd: string | undefined): Promise<CheckResult> {
  const { types, camelCase, checkFiles = [], checkProject } = options
  if (checkFiles.length === 0)
    throw new OptionsError('It is not said which files to check: check <files…>, or checkFiles')
  return checkQueries(db, { files: checkFiles, types, camelCase, project: checkProject, cwd })
}

async function judge(catalog: Catalog, options: GeneratorOptions, paths: Paths): Promise<Judgement> {
  const { strict, includePattern, excludePattern, partitions, keys, brandedIds, routines } = options
  const files = {
    types: await readIfThere(paths.types),
    snapshot: paths.snapshot === null ? undefined : await readIfThere(paths.snapshot),
    catalog,
    textOf: (each: Catalog) => typescriptOf(each, options).text,
    strict,
  }
  const includes = includesOf(includePattern, excludePattern)
  return judgeFiles(files, { includes, partitions, keys, brandedIds, routines })
}
