import { randomBytes } from 'node:crypto'

import { sql } from 'kysely'
import { expect, test } from 'vitest'

import { audit } from '../../packages/codegen-preset/src/audit/audit.ts'
import { readCatalog } from '../../packages/codegen-preset/src/catalog/read-catalog.ts'
import { auditedDatabase, outcomes } from './codegen-audit-fixture.ts'

const database = auditedDatabase(`create table plain (l int[])`, `insert into plain values ('{1}'), ('{{1}}')`)

const plain = { kind: 'dimensions', path: 'public.plain.l', result: { state: 'violated', violations: 1, rows: 2 } }

function notChecked(path: string, reason: string): object {
  return { path, result: { state: 'not checked', reason } }
}

test('what the role may not read, or not all of, is not checked, and says so', async () => {
  const role = `auditor_${randomBytes(6).toString('hex')}`
  await database.query(`create table guarded (l int[], own boolean)`)
  await database.query(`create policy own on guarded using (own)`)
  await database.query(`alter table guarded enable row level security`)
  await database.query(`create role ${role}`)
  await database.query(`grant select on guarded to ${role}`)
  await using db = database.db()
  const catalog = await readCatalog(db)
  const findings = await db.connection().execute(async (connection) => {
    await sql.raw(`set role ${role}`).execute(connection)
    const found = await audit(connection, catalog)
    await sql`reset role`.execute(connection)
    return found
  })
  const reason = 'the role may not read it, or not all of its rows'
  expect(findings).toMatchObject([notChecked('public.guarded.l', reason), notChecked('public.plain.l', reason)])
  await database.query(`drop table guarded`)
  await database.query(`drop role ${role}`)
})

test('what takes too long is given up, and the rest is checked', async () => {
  await database.query(`create view slow as select array[length(pg_sleep(600)::text)] as l`)
  await database.query(`comment on column slow.l is '@dimensions 1'`)
  expect(await database.audit({ statementTimeoutMs: 3_000 })).toMatchObject([
    plain,
    notChecked('public.slow.l', 'it took longer than a statement may take'),
  ])
  await database.query(`drop view slow`)
})

test('nothing is written, not even by a function that is in the way', async () => {
  await database.query(`create function writing() returns int[] language plpgsql as $$
    begin insert into public.plain values ('{9}'); return '{1}'; end $$`)
  await database.query(`create view writes as select writing() as l`)
  await database.query(`comment on column writes.l is '@dimensions 1'`)
  expect(await database.audit()).toMatchObject([
    plain,
    notChecked('public.writes.l', 'it cannot be read without writing'),
  ])
  await database.query(`drop function writing cascade`)
})

test('a table that is dropped meanwhile is not checked', async () => {
  await database.query(`create table brief (l int[])`)
  await using db = database.db()
  const catalog = await readCatalog(db)
  await database.query(`drop table brief`)
  expect(await audit(db, catalog)).toMatchObject([
    notChecked('public.brief.l', 'something that it needs is not there'),
    plain,
  ])
})

test('a condition that fails does not take the others of its table along', async () => {
  await database.query(`create function failing(int[]) returns boolean language plpgsql as $$
    begin raise exception 'no'; end $$`)
  await database.query(`alter table plain add constraint failing check (failing(l)) not valid`)
  expect(await database.audit()).toMatchObject([
    notChecked('public.plain.failing', 'the server refuses, with SQLSTATE P0001'),
    plain,
  ])
  await database.query(`drop function failing cascade`)
})

test('a connection that is lost ends the audit', async () => {
  await database.query(`create function dying() returns int[] language plpgsql as $$
    begin perform pg_terminate_backend(pg_backend_pid()); return '{1}'; end $$`)
  await database.query(`create view dies as select dying() as l`)
  await database.query(`comment on column dies.l is '@dimensions 1'`)
  await expect(database.audit()).rejects.toThrow()
  await database.query(`drop function dying cascade`)
})

test('a search path that hides what is built in changes nothing', async () => {
  await database.query(`create schema evil`)
  await database.query(`create function evil.array_ndims(anyarray) returns int language sql as 'select 1'`)
  await database.query(`create function evil.differ(int, int) returns boolean language sql as 'select false'`)
  await database.query(`create operator evil.<> (leftarg = int, rightarg = int, function = evil.differ)`)
  await using db = database.db()
  const findings = await db.connection().execute(async (connection) => {
    await sql`set search_path = evil, pg_catalog, public`.execute(connection)
    return audit(connection, await readCatalog(connection))
  })
  expect(outcomes(findings)).toEqual(['dimensions public.plain.l: 1 of 2'])
  await database.query(`drop schema evil cascade`)
})

test('a foreign table whose file or server is out of reach does not end the audit', async () => {
  await database.query(`create extension file_fdw`)
  await database.query(`create extension postgres_fdw`)
  await database.query(`create server files foreign data wrapper file_fdw`)
  await database.query(`create server away foreign data wrapper postgres_fdw options (host '127.0.0.1', port '1')`)
  await database.query(`create user mapping for current_user server away options (user 'a', password 'b')`)
  await database.query(`create foreign table filed (l int[]) server files options (filename '/nothing/here')`)
  await database.query(`create foreign table remote (l int[]) server away`)
  expect(await database.audit()).toMatchObject([
    notChecked('public.filed.l', 'the file that it is in cannot be read'),
    plain,
    notChecked('public.remote.l', 'the server that it is on cannot be reached'),
  ])
  await database.query(`drop extension file_fdw cascade`)
  await database.query(`drop extension postgres_fdw cascade`)
})
