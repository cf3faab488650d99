import assert from 'node:assert/strict'
import { access, mkdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { run } from './run.ts'

interface Manifest {
  readonly name: string
  readonly bin?: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** The strictest reader of our declarations: nothing is skipped, and there is no Node in the types it has not asked for. */
const CONSUMER_CONFIG = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  },
  files: ['consumer.mts'],
}

/**
 * Installs a folder's tarball into an empty folder and uses every entry: imported by plain Node, and compiled by TypeScript; and
 * asks its programs for their help. `packed`: the tarballs of all folders, for what it needs of its own workspace.
 */
export async function checkConsumer(
  sourceFolder: string,
  packed: ReadonlyMap<string, string>,
  scratch: string,
): Promise<void> {
  const project = join(scratch, `consumer-of-${basename(sourceFolder)}`)
  const modules = join(project, 'node_modules')
  const manifest = await install(sourceFolder, packed, modules)
  await link(join(import.meta.dirname, '../../node_modules/@types/node'), join(modules, '@types/node'))

  const specifiers = Object.keys(manifest.exports)
    .filter((entry) => !entry.endsWith('.json'))
    .map((entry) => manifest.name + entry.slice(1))
  const imports = specifiers.map((specifier, index) => `import * as entry${index} from '${specifier}'`)
  const uses = specifiers.map(
    (_, index) => `if (Object.keys(entry${index}).length === 0) throw new Error('nothing is exported')`,
  )
  const program = `${[...imports, ...uses].join('\n')}\n`
  await writeFile(join(project, 'consumer.mts'), program)
  await writeFile(join(project, 'consumer.mjs'), program)
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(CONSUMER_CONFIG))

  assert.notEqual(specifiers.length, 0)
  await run(process.execPath, ['consumer.mjs'], { cwd: project })
  await run('tsc', ['-p', '.'], { cwd: project })
  for (const program of Object.values(manifest.bin ?? {})) {
    const help = await run(process.execPath, [join(modules, manifest.name, program), '--help'], { cwd: project })
    assert.match(help, /--help/)
  }
}

/** Unpacks a folder's tarball, and beside it those of its own workspace that it needs; the rest is linked. */
async function install(sourceFolder: string, packed: ReadonlyMap<string, string>, modules: string): Promise<Manifest> {
  const manifest = await unpack(packed.get(sourceFolder)!, modules)
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    if (await isThere(join(modules, name))) continue
    const origin = await realpath(join(sourceFolder, 'node_modules', name))
    if (packed.has(origin)) await install(origin, packed, modules)
    else await link(origin, join(modules, name))
  }
  return manifest
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function unpack(tarball: string, modules: string): Promise<Manifest> {
  const temporary = join(modules, '.unpacked')
  await mkdir(temporary, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', temporary])
  const manifest = JSON.parse(await readFile(join(temporary, 'package/package.json'), 'utf8')) as Manifest
  await run('mv', [join(temporary, 'package'), join(modules, manifest.name)])
  return manifest
}

async function link(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await symlink(await realpath(from), to)
}
