import assert from 'node:assert/strict'
import { mkdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { run } from './run.ts'

interface Manifest {
  readonly name: string
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

/** Installs the tarball into an empty folder and uses every entry: imported by plain Node, and compiled by TypeScript. */
export async function checkConsumer(tarball: string, sourceFolder: string, scratch: string): Promise<void> {
  const project = join(scratch, 'consumer')
  const modules = join(project, 'node_modules')
  const manifest = await unpack(tarball, modules)
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    await link(join(sourceFolder, 'node_modules', name), join(modules, name))
  }
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
