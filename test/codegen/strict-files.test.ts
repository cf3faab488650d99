/** Generated files keep all that a strict project asks of its own. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { Kysely } from 'kysely'
import { connect, PgwireDialect } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import type { Catalog } from '../../packages/codegen-preset/src/catalog/catalog.ts'
import { readCatalog } from '../../packages/codegen-preset/src/catalog/read-catalog.ts'
import type { OutputOptions } from '../../packages/codegen-preset/src/generator/generator-options.ts'
import { typescriptOf } from '../../packages/codegen-preset/src/generator/typescript-of.ts'
import { sharedServer } from '../support/shared-server.ts'

const root = join(import.meta.dirname, '../..')

const SCHEMA = `
create type mood as enum ('sad', 'ok');
create type "Mood" as enum ('it''s', 'ColumnType<x', 'import(''kysely-pgwire/types'').Range');
create type nothing as enum ();
create domain email as text not null;
create domain work_email as email;
create domain emails as email[];
create domain user_id as int8;
create domain settings as jsonb;
create type addr as (street text, "aB" int4, a_b text, moods mood[]);
create type span as range (subtype = email);
create table users (
  id user_id primary key default 1, mail email, work work_email not null, all_mails emails, settings settings not null,
  plain jsonb not null, kind "Mood", none nothing, home addr, span span
);
create table accounts (id int8 primary key, boss int8 references accounts);
create table posts (
  id int4 primary key generated always as identity, author int8 references users, account int4 references accounts,
  grid int4[][], parent int4 references posts, created timestamptz not null default now()
);
create table one (id int8 primary key);
create table two (id int8 primary key references one);
alter table one add foreign key (id) references two;
create table "Generated" (a int8);
create table "JsonPart" (a int8);
create table profile (a int8);
create table keys (a int8);
create table brand (id int8 primary key);
create table money (a int8);
create table "__proto__" (id int8 primary key, "__proto__" int4 references posts);
create table "MoodValues" (a mood, b mood[]);
create table empty ();
create view grids as select id, grid, array[grid] as more from posts;
create view whole as select u from users u;
create function poly(anyelement, variadic anyarray) returns anyarray language sql as 'select $2';
create function outs(out column2 int4, out int4) language sql as 'select 1, 2';
create function many(a int4, b text default 'x', variadic c int4[] default '{}') returns setof users
  language sql as 'select * from users';
create function many(class text) returns void language sql as 'select 1';
create procedure does(a int4, inout b int4, out c text) language sql as $$select 1, 'x'$$;
`

const ALL = { enumValues: true, keys: true, routines: true }

const chosen = {
  'users.kind': '"it\'s"',
  'users.settings': 'Settings',
  'users.plain': 'Settings | Other',
  'public.users.mail': '`${string}@${string}` & Tag',
  'posts.id': 'PostId',
}

const files: Readonly<Record<string, OutputOptions>> = {
  plain: {},
  all: ALL,
  branded: { ...ALL, brandedIds: true, brandedDomains: true },
  camel: { ...ALL, brandedIds: true, camelCase: true },
  chosen: {
    ...ALL,
    brandedIds: true,
    overrides: { columns: chosen },
    customImports: {
      Money: './own.ts',
      Other: './own.ts#Settings',
      PostId: './own.ts',
      Settings: './own.ts',
      Tag: './own.ts#Money',
      Unused: './gone.ts',
    },
  },
}

const OWN = `export interface Settings { readonly theme: string; readonly sizes: readonly number[] }
export type Money = string
export type PostId = number & { readonly post: true }
`

/** What the types say of branded keys and domains. */
const USES = `import type { Selectable } from 'kysely'
import type { DB, Email, WorkEmail } from './branded.ts'

type Users = Selectable<DB['users']>
type Posts = Selectable<DB['posts']>

export const more: (work: WorkEmail) => Email = (work) => work
export const author: (user: Users) => Posts['author'] = (user) => user.id
export const parent: (post: Posts) => Posts['parent'] = (post) => post.id
// @ts-expect-error -- A key is none of another table.
export const other: (post: Posts) => Selectable<DB['users']>['id'] = (post) => post.id
// @ts-expect-error -- A domain is none of another.
export const less: (mail: Email) => WorkEmail = (mail) => mail
// @ts-expect-error -- A plain value is none.
export const plain: Email = 'x'
// @ts-expect-error -- A brand leaves something of the type, and not everything is of it.
export const never: WorkEmail extends never ? true : false = true
`

const compilerOptions = {
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable', 'esnext.temporal'],
  module: 'nodenext',
  strict: true,
  declaration: true,
  isolatedDeclarations: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
}

test('generated files compile under every strict option, and brands tell their values apart', async () => {
  const catalog = await catalogOf(SCHEMA)
  await using folder = await temporaryFolder()
  for (const [name, options] of Object.entries(files)) {
    await writeFile(join(folder.path, `${name}.ts`), typescriptOf(catalog, options).text)
  }
  await writeFile(join(folder.path, 'own.ts'), OWN)
  await writeFile(join(folder.path, 'uses.ts'), USES)
  expect(await diagnosticsOf(folder.path)).toEqual('')
}, 120_000)

test('a type that the driver does not return does not compile', async () => {
  const catalog = await catalogOf('create table t (a int4, j jsonb)')
  await using folder = await temporaryFolder()
  const columns = { 't.a': 'string', 't.j': 'Date' }
  const { text } = typescriptOf(catalog, { overrides: { columns } })
  await writeFile(join(folder.path, 'db.ts'), text)
  const found = (await diagnosticsOf(folder.path)).match(/TS2344/g)
  expect(found).toHaveLength(2)
}, 120_000)

async function catalogOf(statements: string): Promise<Catalog> {
  await using database = await sharedServer().createDatabase()
  await using connection = await connect(database.url)
  await connection.execute(statements)
  await using db = new Kysely({ dialect: new PgwireDialect({ connection: database.url }) })
  return await readCatalog(db)
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(root, 'test/node_modules/strict-'))
  await writeFile(join(path, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** What the compiler says; nothing, if all is well. */
async function diagnosticsOf(path: string): Promise<string> {
  const run = promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['--pretty', 'false', '-p', path])
  return await run.then(
    ({ stdout }) => stdout,
    ({ stdout }: { readonly stdout: string }) => stdout || 'The compiler did not run',
  )
}
