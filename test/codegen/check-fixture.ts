/** What the tests of query checking share: a database with tables, and projects of TypeScript that are compiled. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { Kysely } from 'kysely'
import { PgwireDialect } from 'kysely-pgwire'

import { type CheckOptions, checkQueries } from '../../packages/codegen-preset/src/check/check-queries.ts'
import type { CheckResult, Finding } from '../../packages/codegen-preset/src/check/check-result.ts'
import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()

/** Below, all columns of queries can be NULL. */
export const PROVES_NOT_NULL: boolean = server.majorVersion >= 16

const SCHEMA = `
  create type mood as enum ('sad', 'ok');
  create type address as (street text, zip_code int4);
  create domain document as jsonb;
  create domain positive as int4 check (value > 0);
  create table users (
    id int8 primary key, name text not null, email text, age int4 not null, mood mood not null, home address,
    tags text[] not null, settings jsonb not null, score positive not null, created_at timestamptz not null
  );
  create table posts (id int4 primary key, author_id int8 references users, title text not null);
`

const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2022', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    skipLibCheck: true,
    types: [],
    noUnusedLocals: true,
    noEmit: true,
  },
}

export interface CheckFixture extends AsyncDisposable {
  /** Writes the files, checks them, and gives what was found as `line:column text`. */
  check(files: Readonly<Record<string, string>>, options?: Partial<CheckOptions>): Promise<Checked>
  readonly folder: string
  readonly db: Kysely<unknown>
}

export interface Checked extends Pick<CheckResult, 'statements'> {
  readonly findings: readonly string[]
  readonly unchecked: readonly string[]
  readonly queries: number
  readonly checked: number
}

export async function checkFixture(): Promise<CheckFixture> {
  const database = await server.createDatabase()
  await server.query(SCHEMA, [], database.name)
  const db = new Kysely<unknown>({ dialect: new PgwireDialect({ connection: database.url }) })
  // Where the packages are found that the files import.
  const root = await mkdtemp(join(import.meta.dirname, '../node_modules/codegen-check-'))
  let projects = 0
  return {
    db,
    folder: root,
    check: async (files, options) => {
      const folder = join(root, String(projects++))
      const given = {
        'package.json': '{"type":"module"}',
        'tsconfig.json': JSON.stringify(TSCONFIG),
        ...files,
      }
      for (const [name, text] of Object.entries(given)) {
        await mkdir(dirname(join(folder, name)), { recursive: true })
        await writeFile(join(folder, name), text)
      }
      const before = await filesIn(folder)
      const result = await checkQueries(db, { files: ['**/*.{ts,tsx,mts,cts,sql}'], cwd: folder, ...options })
      const after = await filesIn(folder)
      if (before !== after) throw new Error(`Files were left behind: ${after}`)
      const one = Object.keys(files).length === 1
      const text = (finding: Finding): string =>
        `${one ? '' : `${finding.file.slice(folder.length + 1)}:`}${finding.line}:${finding.column} ${finding.text}`
      return { ...result, findings: result.findings.map(text), unchecked: result.unchecked.map(text) }
    },
    [Symbol.asyncDispose]: async () => {
      await db.destroy()
      await database.drop()
      await rm(root, { recursive: true })
    },
  }
}

async function filesIn(folder: string): Promise<string> {
  return (await readdir(folder, { recursive: true })).sort().join()
}

/** A file with one statement after the import, in line 2. */
export function typescript(...lines: readonly string[]): string {
  return [`import { sql } from 'kysely'`, ...lines, ''].join('\n')
}
