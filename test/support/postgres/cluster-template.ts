import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { findBinaries } from './binaries.ts'
import { guardedDirectory } from './guarded-directory.ts'
import { unprivilegedUser } from './unprivileged-user.ts'

const run = promisify(execFile)

/** The superuser of every cluster that the tests make. */
export const SUPERUSER = { name: 'postgres', password: 'secret' } as const

const templates = new Map<number, Promise<string>>()

/**
 * A data directory as initdb leaves it, made once per run and version: to copy it takes a tenth of the time that initdb
 * takes.
 */
function clusterTemplate(majorVersion: number): Promise<string> {
  const inherited = process.env[templateVariable(majorVersion)]
  if (inherited !== undefined) return Promise.resolve(inherited)
  let template = templates.get(majorVersion)
  if (template === undefined) {
    template = makeTemplate(majorVersion)
    templates.set(majorVersion, template)
  }
  return template
}

/** Makes the template now, for all processes that this one starts from here on. */
export async function shareClusterTemplate(majorVersion: number): Promise<void> {
  process.env[templateVariable(majorVersion)] = await clusterTemplate(majorVersion)
}

/** Copies the template to `target`, which must not exist yet; the copy belongs to the user that the server runs as. */
export async function copyCluster(majorVersion: number, target: string): Promise<void> {
  const source = await clusterTemplate(majorVersion)
  await run('cp', ['-Rp', source, target], { ...(await unprivilegedUser()), cwd: '/' })
}

async function makeTemplate(majorVersion: number): Promise<string> {
  const [{ path }, binaries, user] = await Promise.all([
    guardedDirectory(),
    findBinaries(majorVersion),
    unprivilegedUser(),
  ])
  const data = join(path, 'data')
  const passwordFile = join(path, 'password')
  await writeFile(passwordFile, SUPERUSER.password)
  const superuser = [`--username=${SUPERUSER.name}`, `--pwfile=${passwordFile}`]
  const fast = ['--wal-segsize=1', '--no-sync', '--no-instructions']
  const options = [...superuser, '--encoding=UTF8', '--locale=C', '--auth=trust', ...fast]
  await run(binaries.initdb, [`--pgdata=${data}`, ...options], { ...user, cwd: '/' })
  return data
}

/** Where a run's first process leaves the template for the processes that it starts. */
function templateVariable(majorVersion: number): string {
  return `PGWIRE_TEST_CLUSTER_TEMPLATE_${majorVersion}`
}
