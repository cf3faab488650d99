/**
 * Makes a PostgreSQL image without a registry: the embedded binaries, a shell, and the system libraries that both need.
 * It takes the same environment variables as the official image. `node make-image.ts [name]` prints the image's name.
 */
import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

import { findBinaries, requestedMajorVersion } from '../support/postgres/binaries.ts'

const run = promisify(execFile)

const INSTALLATION = '/opt/postgres'
const USER_ID = 999

/** What makes an archive of files an image: the user, because PostgreSQL refuses root, and what runs. */
const CHANGES = [`USER ${USER_ID}`, `ENV PATH=${INSTALLATION}/bin:/bin`, 'EXPOSE 5432', 'ENTRYPOINT ["/entrypoint.sh"]']

/** Builds the image and gives its name. */
export async function makeImage(
  name: string = `kysely-pgwire-test/postgres:${requestedMajorVersion()}`,
): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'pgwire-image-'))
  try {
    await fill(root)
    await importImage(root, name)
    return name
  } finally {
    await rm(root, { recursive: true })
  }
}

async function fill(root: string): Promise<void> {
  const { postgres } = await findBinaries()
  const installation = dirname(dirname(postgres))
  await cp(installation, join(root, INSTALLATION), { recursive: true, verbatimSymlinks: true })
  await cp(await realpath('/bin/sh'), join(root, 'bin/sh'))
  await cp(join(import.meta.dirname, 'entrypoint.sh'), join(root, 'entrypoint.sh'))
  await chmod(join(root, 'entrypoint.sh'), 0o755)
  for (const library of await systemLibraries('/bin/sh', ...programs(installation))) {
    // The same path as here, links resolved: that is where the loader, whose path is written into the programs, looks.
    await cp(await realpath(library), join(root, library))
  }
  await mkdir(join(root, 'etc'))
  await writeFile(join(root, 'etc/passwd'), `root:x:0:0::/:/bin/sh\npostgres:x:${USER_ID}:${USER_ID}::/:/bin/sh\n`)
  for (const writable of ['tmp', 'var/lib/postgresql']) {
    await mkdir(join(root, writable), { recursive: true })
    await chmod(join(root, writable), 0o1777)
  }
}

function programs(installation: string): readonly string[] {
  return ['postgres', 'initdb'].map((name) => join(installation, 'bin', name))
}

/** Libraries outside the installation that the programs are linked with, the loader among them. */
async function systemLibraries(...executables: readonly string[]): Promise<ReadonlySet<string>> {
  const libraries = new Set<string>()
  for (const executable of executables) {
    const { stdout } = await run('ldd', [executable])
    for (const [, path] of stdout.matchAll(/(?:=> |\t)(\/\S+)/g)) {
      if (path !== undefined && !path.startsWith(dirname(dirname(executable)) + '/lib')) libraries.add(path)
    }
  }
  return libraries
}

async function importImage(root: string, name: string): Promise<void> {
  const changes = CHANGES.flatMap((change) => ['--change', change])
  const archive = `${root}.tar`
  try {
    await run('tar', ['-C', root, '--owner=0', '--group=0', '-cf', archive, '.'])
    await run('docker', ['import', ...changes, archive, name])
  } finally {
    await rm(archive, { force: true })
  }
}

if (basename(process.argv[1] ?? '') === basename(import.meta.filename)) console.log(await makeImage(process.argv[2]))
