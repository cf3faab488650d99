import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { connect } from 'kysely-pgwire'
import { expect, onTestFinished, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import { Folder, Program, run } from './cli-fixture.ts'

const SCHEMA = `
  create type mood as enum ('sad', 'ok');
  create table users (id int primary key generated always as identity, name text not null, mood mood, settings jsonb);
  create table kysely_migration (name text);
  create schema audit;
  create table audit.events (id bigint primary key);`

async function database(script = SCHEMA) {
  const made = await sharedServer().createDatabase()
  onTestFinished(() => made.drop())
  const execute = async (sql: string) => {
    const connection = await connect(made.url)
    await connection.execute(sql)
    await connection.close()
  }
  await execute(script)
  return { url: made.url, execute }
}

test('generate writes the types and the snapshot, and leaves alone what is so already', async () => {
  const { url, execute } = await database()
  await using folder = await Folder.with({})
  const first = await run(folder, ['--url', url, '--out-file', 'src/db.ts'])
  expect(first).toEqual({ code: 0, out: '', err: 'src/db.ts: written\nsrc/db.catalog.json: written\n' })
  const types = await readFile(join(folder.path, 'src/db.ts'), 'utf8')
  expect(types).toMatch(/interface DB \{\n {2}"audit\.events": AuditEvents\n {2}users: Users\n\}/)
  const snapshot = JSON.parse(await readFile(join(folder.path, 'src/db.catalog.json'), 'utf8')) as {
    relations: { name: string }[]
  }
  expect(snapshot.relations.map(({ name }) => name)).toEqual(['events', 'users'])

  const before = await stat(join(folder.path, 'src/db.ts'), { bigint: true })
  const second = await run(folder, ['generate', '--url', url, '--out-file', 'src/db.ts'])
  expect(second).toEqual({ code: 0, out: '', err: 'src/db.ts: as it was\nsrc/db.catalog.json: as it was\n' })
  expect((await stat(join(folder.path, 'src/db.ts'), { bigint: true })).mtimeNs).toBe(before.mtimeNs)

  await execute('create function audit.added(a int) returns int language sql as $$select a$$')
  const verified = await run(folder, ['verify', '--url', url, '--out-file', 'src/db.ts'])
  expect(verified).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^The files are up to date\n[^]*audit\.added.* \(not in the types\)\n$/),
  })
  await expect(run(folder, ['verify', '--strict', '--url', url, '--out-file', 'src/db.ts'])).resolves.toMatchObject({
    code: 1,
  })
})

test('verify ends with 1 where a file is missing or differs, and writes nothing', async () => {
  const { url, execute } = await database()
  await using folder = await Folder.with({})
  const argv = ['--url', url, '--out-file', 'db.ts']
  const missing = await run(folder, ['verify', ...argv])
  expect(missing).toEqual({
    code: 1,
    out: '',
    err: 'The file of types is missing: generate it\nThe snapshot is missing: generate it\n',
  })
  await expect(readdir(folder.path)).resolves.toEqual([])

  await run(folder, argv)
  await execute('alter table users alter column name drop not null')
  const differs = await run(folder, ['--verify', ...argv])
  expect(differs.code).toBe(1)
  expect(differs.err).toMatch(/^The types and the snapshot are of one database, and this one is another: /)
  expect(differs.err).toMatch(/^public\.users\.name: can be NULL now$/m)

  await run(folder, argv)
  await rm(join(folder.path, 'db.catalog.json'))
  await expect(run(folder, ['verify', ...argv])).resolves.toMatchObject({
    code: 1,
    err: 'The snapshot is missing: generate it\n',
  })
  await expect(run(folder, ['verify', '--no-snapshot', ...argv])).resolves.toMatchObject({ code: 0 })
  await expect(
    run(folder, ['verify', '--no-snapshot', '--camel-case', '--enum-values', ...argv]),
  ).resolves.toMatchObject({ code: 1 })
})

test('print gives the text that generate writes, on its own', async () => {
  const { url } = await database()
  await using folder = await Folder.with({})
  await run(folder, ['--url', url, '--out-file', 'db.ts', '--log-level', 'silent'])
  const printed = await run(folder, ['print', '--url', url])
  expect(printed).toEqual({ code: 0, out: await readFile(join(folder.path, 'db.ts'), 'utf8'), err: '' })
})

test('a configuration in TypeScript is found above, counts paths from itself, and gives way to flags', async () => {
  const { url } = await database()
  const types = join(import.meta.dirname, '../../packages/dialect/src/types.ts')
  await using folder = await Folder.with({
    '.env': `SHOP_URL=${url}\n`,
    'sub/keep': '',
    'kysely-pgwire.config.ts': `
      import { definePgTypes } from '${types}'
      interface Unused { readonly a: string }
      export default {
        url: 'env(SHOP_URL)', envFile: '.env', outFile: 'gen/db.ts', snapshot: 'gen/schema.json', includePattern: 'audit.*',
        types: definePgTypes({ int8: 'bigint' }), camelCase: true,
      }`,
  })
  const inside = { path: join(folder.path, 'sub') } as Folder
  await expect(run(inside, [])).resolves.toMatchObject({
    code: 0,
    err: '../gen/db.ts: written\n../gen/schema.json: written\n',
  })
  await expect(readFile(join(folder.path, 'gen/db.ts'), 'utf8')).resolves.toMatch(
    /interface AuditEvents \{\n {2}id: .*bigint|Int8/i,
  )
  const printed = await run(inside, ['print', '--include-pattern', 'users'])
  expect(printed.out).toMatch(/interface DB \{\n {2}users: Users\n\}/)
  await expect(run(inside, ['--out-file', 'here.ts'])).resolves.toMatchObject({
    err: 'here.ts: written\n../gen/schema.json: as it was\n',
  })
})

test('env(NAME) of the working folder is the default', async () => {
  const { url } = await database()
  await using folder = await Folder.with({ '.env': `DATABASE_URL=${url}\n` })
  await expect(run(folder, ['print', '--include-pattern', 'users'])).resolves.toMatchObject({ code: 0, err: '' })
})

test('what cannot be meant ends with 2, in one line', async () => {
  const { url } = await database()
  await using folder = await Folder.with({})
  const refused = async (...argv: string[]) => {
    const { code, out, err } = await run(folder, argv)
    expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 2, out: '', lines: 1 })
    return err
  }
  await expect(refused('--outfile', 'x')).resolves.toBe('Error: Unknown flag --outfile. Did you mean --out-file?\n')
  await expect(refused('--url', url)).resolves.toBe(
    'Error: It is not said which file to write: outFile, or --out-file\n',
  )
  await expect(refused('print')).resolves.toBe("Error: Environment variable 'DATABASE_URL' could not be found.\n")
  await expect(
    refused(
      'print',
      '--url',
      url,
      '--default-schema',
      'public',
      '--default-schema',
      'audit',
      '--overrides',
      '{"columns":{"nobody.home":"X"}}',
    ),
  ).resolves.toBe('Error: There is no column nobody.home, for which a type was given\n')
})

test('no output has a password or a stack, and with debug only a stack', async () => {
  await using folder = await Folder.with({})
  const { host, port } = sharedServer()
  const urls = [`postgres://nobody:s3cret-word@127.0.0.1:1/none`, `postgres://nobody:s3cret-word@${host}:${port}/none`]
  for (const url of urls) {
    const quiet = await run(folder, ['print', '--url', url])
    expect(quiet).toMatchObject({ code: 3, out: '' })
    expect(quiet.err.trimEnd().split('\n')).toHaveLength(1)
    const loud = await run(folder, ['print', '--log-level', 'debug'], { DATABASE_URL: url })
    expect(loud).toMatchObject({ code: 3, out: '' })
    expect(loud.err).toMatch(/^ {4}at /m)
    expect(quiet.err + loud.err).not.toContain('s3cret')
  }
  for (const url of [
    `mysql://nobody:s3cret-word@h/db`,
    'host=h password=s3cret-word port=none',
    'postgres://a:s3cret-word@[/x',
  ]) {
    const { code, err } = await run(folder, ['print', '--log-level', 'debug', '--url', url])
    expect([code, err.includes('s3cret')]).toEqual([2, false])
  }
})

test('watch generates after every change of the database, says once what is wrong meanwhile, and ends at a signal', async () => {
  const { url, execute } = await database()
  await using folder = await Folder.with({})
  const schemas = ['--default-schema', 'public', '--default-schema', 'audit']
  const program = new Program(folder, [
    'watch',
    '--url',
    url,
    '--out-file',
    'db.ts',
    '--poll-interval-ms',
    '20',
    ...schemas,
  ])
  onTestFinished(() => program.kill('SIGKILL'))
  await program.said(/db\.ts: written/)
  program.forget()
  await execute('alter table users add column email text')
  await program.said(/db\.ts: written/)
  await expect(readFile(join(folder.path, 'db.ts'), 'utf8')).resolves.toContain('  email: string | null\n')
  program.forget()
  await execute('alter table users rename column email to mail')
  await program.said(/db\.ts: written/)
  program.forget()
  await execute('create table audit.users (id int)')
  await program.said(/Error: .* would both be "users" in DB/)
  await execute('drop table audit.users; alter table users drop column mail')
  await program.said(/db\.ts: written/)
  const ended = program.ended()
  program.kill('SIGTERM')
  const { code, err } = await ended
  expect([code, err.match(/would both be/g)?.length, err.endsWith('No longer watching\n')]).toEqual([0, 1, true])
})
