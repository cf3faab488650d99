/** Compares the SQL in files with what the server says of it. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

import { defaultTypes, type PgTypes } from 'kysely-pgwire/types'

import type { AnyKysely } from '../catalog/query-runner.ts'
import { camelCase as camelCased } from '../model/camel-case.ts'
import { CheckError } from './check-error.ts'
import { type CheckResult, type Finding, sortedFindings } from './check-result.ts'
import { type Comparisons, comparisonsOf } from './comparisons.ts'
import { Compilers } from './compile/compilers.ts'
import { declarationsText } from './compile/declarations.ts'
import type { Placement } from './compile/instrument.ts'
import { type SqlTags, sqlTagsOf } from './compile/sql-tags.ts'
import { findFiles, isSql } from './find-files.ts'
import { Judgement } from './judgement.ts'
import { Lines } from './positions.ts'
import { probesOf } from './probes.ts'
import type { Query, QueryFile, QueryModule } from './query-file.ts'
import { type DescribedTexts, describedTexts } from './server/described-texts.ts'
import { Describer } from './server/describer.ts'
import { readSqlFile } from './sql/read-sql-file.ts'
import { type StatementTypes, typesOfStatement } from './statement-types.ts'
import { readTypescriptFile } from './typescript/read-typescript-file.ts'
import { type SqlPieces, sqlPieces } from './typescript/sql-pieces.ts'

export interface CheckOptions {
  /** Paths and glob patterns of files: TypeScript with templates of Kysely's `sql`, and SQL. */
  readonly files: readonly string[]
  /** The profile of the application's dialect. Default: that of a dialect without one. */
  readonly types?: PgTypes | undefined
  /** Whether the application's Kysely instance has the `CamelCasePlugin`. Default false. */
  readonly camelCase?: boolean | undefined
  /** The `tsconfig.json` to compile with. Default: for each file the nearest one above it. */
  readonly project?: string | undefined
  /** What paths are relative to. Default: the working directory. */
  readonly cwd?: string | undefined
}

/** What psql and some libraries fill in. Where it is SQL of its own, as in `'a':b`, the server does not stumble over it. */
const VARIABLE = /^:(?:[\p{ID_Start}_]|'|")/u

const NO_TAGS: SqlTags = { known: new Set(), unknown: new Set() }

/** Larger files are nobody's own. In UTF-16 units. */
const MAX_FILE_LENGTH = 4 * 1024 * 1024

/**
 * Describes every query of the files on the server, and has the compiler compare that with the types that are stated. No query is
 * executed. The compiler reads copies, which stand beside the files as long as it runs.
 *
 * @throws {@link CheckError} where nothing can be said at all: no file, no compiler, a project that it cannot read.
 */
export async function checkQueries(db: AnyKysely, options: CheckOptions): Promise<CheckResult> {
  const { types = defaultTypes, camelCase = false, cwd = process.cwd() } = options
  const project = options.project === undefined ? undefined : resolve(cwd, options.project)
  const compilers = new Compilers(project)
  const files = await readFiles(await findFiles(options.files, cwd), sqlPieces(db, camelCase), compilers)
  const checking = new Checking(files, compilers)
  await checking.probe()
  const texts = await checking.describe(db, types, camelCase)
  await checking.compare(texts)
  return checking.result(texts)
}

async function readFiles(
  paths: readonly string[],
  pieces: SqlPieces,
  compilers: Compilers,
): Promise<readonly QueryFile[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(path, 'utf8')
      if (text.length > MAX_FILE_LENGTH) throw new CheckError(`${path} is too large to be checked`)
      return isSql(path) ? readSqlFile(path, text) : readTypescriptFile(path, text, pieces)
    }),
  )
  const tags = await sqlTagsOf(files, compilers)
  return files.map((file) => {
    const { known, unknown } = tags.get(file) ?? NO_TAGS
    if (known.size + unknown.size === 0) return file
    const read = readTypescriptFile(file.path, file.text, pieces, [...known, ...unknown])
    return unknown.size === 0 ? read : withUnknown(read, unknown)
  })
}

function withUnknown(file: QueryFile, tags: ReadonlySet<string>): QueryFile {
  return { ...file, queries: file.queries.map((query) => (tags.has(query.tag ?? '') ? unknownOf(query) : query)) }
}

/** A query whose tag may be Kysely's, or anybody's. */
function unknownOf(query: Query): Query {
  const unclear = 'whose sql this is, the compiler does not know: its module is not found, or has no types'
  return { ...query, text: { ...query.text, unclear } }
}

class Checking {
  readonly #files: readonly QueryFile[]
  readonly #compilers: Compilers
  #judgements: readonly Judgement[]
  /** Those that the compiler cannot parse. */
  readonly #unreadable = new Map<QueryFile, string>()

  constructor(files: readonly QueryFile[], compilers: Compilers) {
    this.#files = files
    this.#compilers = compilers
    this.#judgements = files.flatMap((file) =>
      // What a nested template without a type says is said by the outer one.
      file.queries.flatMap((query) => (query.nested && query.type === null ? [] : [new Judgement(file, query)])),
    )
  }

  async probe(): Promise<void> {
    await this.#compile((judgement, module) => probesOf(judgement, module), declarationsText([]))
    this.#judgements = this.#judgements.filter(({ foreign }) => !foreign)
    for (const judgement of this.#judgements) {
      const { query, sqlParameters, missingType, findings } = judgement
      const { unclear } = query.text
      const [part] = sqlParameters
      if (unclear !== null) judgement.leaveUnchecked(unclear)
      else if (part !== undefined) {
        judgement.leaveUnchecked('a part of the query is made elsewhere', query.parameterAt(part))
      }
      // A type that is not understood is any to the compiler.
      if (missingType !== undefined && findings.length === 0) judgement.leaveUnchecked(missingType)
    }
  }

  async describe(db: AnyKysely, types: PgTypes, camelCase: boolean): Promise<DescribedTexts> {
    return db
      .withoutPlugins()
      .connection()
      .execute(async (connection) => {
        const describer = await Describer.on(connection, camelCase ? camelCased : (name) => name)
        for (const judgement of this.#judgements) {
          const { query, file, sqlParameters } = judgement
          if (query.text.unclear !== null || sqlParameters.size > 0 || this.#unreadable.has(file)) continue
          const whole = file.module?.statements ?? false
          const description = await describer.describe(query.text.sql, judgement.notNullParameters, whole)
          judgement.description = description
          if (description.kind === 'unknown') judgement.leaveUnchecked(description.reason)
          if (description.kind !== 'wrong') continue
          const { position, reason } = description
          const at = position === undefined ? query.at : query.text.offsetAt(position)
          if (whole && VARIABLE.test(file.text.slice(at))) {
            judgement.leaveUnchecked('what :name stands for is not known: the server has parameters as $1', at)
          } else judgement.find(`The server says: ${reason}`, at)
        }
        const described = this.#judgements.flatMap(({ description }) =>
          description?.kind === 'statement' || description?.kind === 'fragment'
            ? [...description.described.parameters, ...description.described.columns.flatMap(({ type }) => type ?? [])]
            : [],
        )
        return describedTexts(connection, described, types, camelCase)
      })
  }

  async compare(texts: DescribedTexts): Promise<void> {
    const all: Comparisons[] = []
    await this.#compile((judgement, module) => {
      const comparisons = comparisonsOf(judgement, module, texts)
      all.push(comparisons)
      return comparisons.placements
    }, declarationsText(texts.named))
    for (const { conclude } of all) conclude()
  }

  result(texts: DescribedTexts): CheckResult {
    const findings: Finding[] = []
    const statements: StatementTypes[] = []
    const unchecked: Finding[] = []
    for (const file of this.#files) {
      const lines = new Lines(file.text)
      const place = ({ at, text }: { readonly at: number; readonly text: string }): Finding => ({
        file: file.path,
        ...lines.positionOf(at),
        text,
      })
      const unreadable = this.#unreadable.get(file)
      findings.push(...file.problems.map(place))
      if (unreadable !== undefined) findings.push(place({ at: 0, text: unreadable }))
      for (const judgement of this.#judgements) {
        if (judgement.file !== file) continue
        const { description, query } = judgement
        if (file.module?.statements === true && description?.kind === 'statement') {
          const types = typesOfStatement(description.described, texts)
          statements.push({ file: file.path, ...lines.positionOf(query.at), ...types })
        }
        if (unreadable !== undefined) continue
        findings.push(...judgement.findings.map(place))
        unchecked.push(...judgement.unchecked.map(place))
      }
    }
    const checked = this.#judgements.filter((each) => each.unchecked.length === 0 && !this.#unreadable.has(each.file))
    return {
      findings: sortedFindings(findings),
      unchecked: sortedFindings(unchecked),
      statements: sortedFindings(statements),
      files: this.#files.length,
      queries: this.#judgements.length,
      checked: checked.length,
    }
  }

  async #compile(
    placementsOf: (judgement: Judgement, module: QueryModule) => readonly Placement[],
    declarations: string,
  ): Promise<void> {
    const checks = this.#files.flatMap((file) => {
      const { module } = file
      if (module === null || this.#unreadable.has(file)) return []
      const own = this.#judgements.filter((judgement) => judgement.file === file)
      const placements = own.flatMap((judgement) => placementsOf(judgement, module))
      return placements.length === 0 ? [] : [{ file, module, placements }]
    })
    for (const { file, text } of await this.#compilers.compile(checks, declarations)) this.#unreadable.set(file, text)
  }
}
