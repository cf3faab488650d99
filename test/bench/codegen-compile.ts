/**
 * What the compiler has to do for a schema of 500 tables, with our types and with kysely-codegen's: `node test/bench/codegen-compile.ts`.
 * Counts are the same in every run; times are this machine's.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { connect } from 'kysely-pgwire'
import { defaultTypes } from 'kysely-pgwire/types'

import { compiledFolder, type Diagnostic } from '../conformance/codegen/compiler.ts'
import { catalogOf, generated } from '../conformance/codegen/generated-types.ts'
import { stockText } from '../conformance/codegen/stock.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'
import { manyTables, queriesOver } from './codegen-compile-schema.ts'

const TABLES = 500
const QUERIES = 100

/** What was counted for the types of one generator. */
export interface CompileCost {
  readonly diagnostics: readonly Diagnostic[]
  /** As `tsc --extendedDiagnostics` calls them: `Types`, `Instantiations` and more. */
  readonly counts: ReadonlyMap<string, number>
}

export interface CompileCosts {
  readonly ours: CompileCost
  readonly stock: CompileCost
}

/** Compiles the same program with the types of both. */
export async function compileCosts(server: TestServer): Promise<CompileCosts> {
  await using database = await server.createDatabase()
  await using connection = await connect(database.url)
  await connection.execute(manyTables(TABLES))
  const { text } = generated(await catalogOf(database.url), defaultTypes)
  const declarations = await mkdtemp(join(tmpdir(), 'codegen-compile-'))
  try {
    await writeDeclarations(declarations)
    return {
      ours: await costOf(text, declarations),
      stock: await costOf(await stockText(database.url), declarations),
    }
  } finally {
    await rm(declarations, { recursive: true })
  }
}

/** The driver's types as an application gets them, which is without the code. */
async function writeDeclarations(folder: string): Promise<void> {
  const root = join(import.meta.dirname, '../..')
  await promisify(execFile)(join(root, 'node_modules/.bin/tsc'), [
    '-p',
    join(root, 'packages/dialect/tsconfig.build.json'),
    '--outDir',
    folder,
    '--emitDeclarationOnly',
    '--declaration',
    '--declarationMap',
    'false',
  ])
}

async function costOf(text: string, declarations: string): Promise<CompileCost> {
  await using folder = await compiledFolder({ 'kysely-pgwire/types': [join(declarations, 'types.d.ts')] })
  await folder.write('db.ts', text)
  await folder.write('queries.ts', queriesOver(TABLES, QUERIES))
  return await folder.counted()
}

if (import.meta.main) {
  await using server = await startTestServer()
  const { ours, stock } = await compileCosts(server)
  for (const [name, count] of ours.counts) {
    console.log(`${name.padEnd(20)} ${String(count).padStart(10)} ${String(stock.counts.get(name) ?? '').padStart(10)}`)
  }
  for (const { file, line, message } of [...ours.diagnostics, ...stock.diagnostics].slice(0, 10))
    console.log(file, line, message)
}
