import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const SOURCES = 'packages/dialect/src'
const CODEGEN_SOURCES = 'packages/codegen-preset/src'

/** A file, one line in it, and what the linter has to say: `undefined` is nothing. */
const planted: readonly (readonly [file: string, line: string, complaint: string | undefined])[] = [
  ['pool/downwards.ts', `export * from '../errors/x.ts'`, undefined],
  ['pool/own-room.ts', `import '../pool/x.ts'`, undefined],
  ['client/upwards.ts', `import '../pool/x.ts'`, 'client must not import pool'],
  ['connection/exchanges/upwards.ts', `import '../../client/x.ts'`, 'connection must not import client'],
  ['connection/exchanges/downwards.ts', `import '../../wire/x.ts'`, undefined],
  ['wire/sideways.ts', `import '../types/x.ts'`, 'wire must not import types'],
  ['types/sideways.ts', `import '../wire/x.ts'`, 'types must not import wire'],
  ['copy/sideways.ts', `import '../listen/x.ts'`, 'copy must not import listen'],
  ['config/sideways.ts', `import '../bytes/x.ts'`, 'config must not import bytes'],
  ['telemetry/sideways.ts', `import '../config/x.ts'`, 'telemetry must not import config'],
  ['bytes/type-only.ts', `import type { X } from '../wire/x.ts'`, 'bytes must not import wire'],
  ['bytes/export-from.ts', `export { x } from '../wire/x.ts'`, 'bytes must not import wire'],
  ['bytes/export-all.ts', `export * from '../wire/x.ts'`, 'bytes must not import wire'],
  ['bytes/dynamic.ts', `export const x = await import('../wire/x.ts')`, 'bytes must not import wire'],
  ['bytes/type-query.ts', `export type X = import('../wire/x.ts').X`, 'bytes must not import wire'],
  ['connection/owner.ts', `import 'node:net'`, undefined],
  ['pool/socket.ts', `import 'node:net'`, 'pool must not import node:net: it belongs to connection'],
  ['config/owner.ts', `import 'node:fs/promises'`, undefined],
  ['connection/files.ts', `import 'node:fs/promises'`, 'it belongs to config'],
  ['pool/kysely.ts', `import type { Kysely } from 'kysely'`, 'it belongs to kysely'],
  ['kysely/protocol.ts', `import 'pg-protocol'`, 'it belongs to errors and wire'],
  ['pool/stranger.ts', `import 'left-pad'`, 'no room owns it'],
  ['pool/entry.ts', `import '../index.ts'`, 'Entry files are doors to the outside'],
  ['pool/outside.ts', `import '../../../../test/support/test-server.ts'`, 'nothing from outside'],
  ['attic/x.ts', `import '../errors/x.ts'`, 'attic is not a room'],
  ['entry.ts', `export * from './kysely/x.ts'`, undefined],
  ['wire/tools.test.ts', `import 'vitest'`, undefined],
  ['wire/properties.test.ts', `import 'fast-check'`, undefined],
  ['wire/untested.ts', `import 'vitest'`, 'no room owns it'],
  ['wire/bytes.test.ts', `import '../../../../test/support/backend-messages.ts'`, undefined],
  ['wire/server.test.ts', `import '../../../../test/support/test-server.ts'`, 'nothing from outside'],
  ['wire/bytes.ts', `import '../../../../test/support/backend-messages.ts'`, 'nothing from outside'],
  ['wire/upwards.test.ts', `import '../connection/x.ts'`, 'wire must not import connection'],
]

/** The same for the other package with rooms. */
const plantedInCodegen: typeof planted = [
  ['generator/downwards.ts', `export * from '../source/x.ts'`, undefined],
  ['model/upwards.ts', `import '../emit/x.ts'`, 'model must not import emit'],
  ['catalog/upwards.ts', `import '../source/x.ts'`, 'catalog must not import source'],
  ['source/owner.ts', `import 'node:net'`, undefined],
  ['emit/files.ts', `import 'node:fs'`, 'emit must not import node:fs: it belongs to'],
  ['model/driver.ts', `import 'kysely-pgwire'`, 'model must not import kysely-pgwire: it belongs to'],
  ['model/types.ts', `import 'kysely-pgwire/types'`, undefined],
  [
    'source/other-package.ts',
    `import '../../../dialect/src/pool/x.ts'`,
    'nothing from outside packages/codegen-preset/src',
  ],
  ['pool/x.ts', `import '../source/x.ts'`, 'pool is not a room'],
]

/** All files by their paths. */
const files = [
  ...planted.map(([file, line, complaint]) => [`${SOURCES}/${file}`, line, complaint] as const),
  ...plantedInCodegen.map(([file, line, complaint]) => [`${CODEGEN_SOURCES}/${file}`, line, complaint] as const),
]

let project: string
let complaints: ReadonlyMap<string, string>

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'pgwire-rooms-'))
  await cp(join(ROOT, 'tools'), join(project, 'tools'), { recursive: true })
  await cp(join(ROOT, '.oxlintrc.json'), join(project, '.oxlintrc.json'))
  await symlink(join(ROOT, 'node_modules'), join(project, 'node_modules'))
  for (const [file, line] of files) {
    const path = join(project, file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, `${line}\n`)
  }
  complaints = await lint()
})

afterAll(() => rm(project, { recursive: true }))

/** What the project's own configuration says of the planted files, by file. */
async function lint(): Promise<ReadonlyMap<string, string>> {
  const output = await new Promise<string>((done) => {
    execFile(
      join(ROOT, 'node_modules/.bin/oxlint'),
      ['--format=json', SOURCES, CODEGEN_SOURCES],
      { cwd: project },
      (_error, stdout) => done(stdout),
    )
  })
  const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; filename: string; message: string }[] }
  const ours = diagnostics.filter(({ code }) => code === 'rooms(imports)')
  return new Map(ours.map(({ filename, message }) => [filename, message]))
}

test.for(files)('%s: %s', ([file, , complaint]) => {
  if (complaint === undefined) expect(complaints.get(file)).toBeUndefined()
  else expect(complaints.get(file)).toContain(complaint)
})

test('a broken rule makes the linter fail', async () => {
  const code = await new Promise((done) => {
    execFile(join(ROOT, 'node_modules/.bin/oxlint'), [join(SOURCES, 'pool/socket.ts')], { cwd: project }, (error) =>
      done(error?.code),
    )
  })
  expect(code).toBe(1)
})
