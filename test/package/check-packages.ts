/**
 * Checks every package as its users will get it: packed, unpacked into an empty folder, linted, imported by plain Node and
 * compiled against. Run by `pnpm check`.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { checkConsumer } from './check-consumer.ts'
import { checkContents } from './check-contents.ts'
import { run } from './run.ts'

const ROOT = resolve(import.meta.dirname, '../..')

interface Manifest {
  readonly name: string
  readonly private?: boolean
}

/** Folders of the packages that are published. */
async function publishedFolders(): Promise<readonly string[]> {
  const parent = join(ROOT, 'packages')
  const published: string[] = []
  for (const name of await readdir(parent)) {
    const folder = join(parent, name)
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
    if (manifest.private !== true) published.push(folder)
  }
  return published
}

/** Packs a package as `pnpm publish` would, which builds it first, and gives the tarball's path. */
async function pack(folder: string, destination: string): Promise<string> {
  const output = await run('pnpm', ['pack', '--json', '--pack-destination', destination], { cwd: folder })
  const { filename } = JSON.parse(output.slice(output.indexOf('{'))) as { filename: string }
  return filename
}

const scratch = await mkdtemp(join(tmpdir(), 'pgwire-package-'))
try {
  const packed = new Map<string, string>()
  for (const folder of await publishedFolders()) packed.set(folder, await pack(folder, scratch))
  for (const [folder, tarball] of packed) {
    await run('publint', ['run', '--strict', tarball])
    await run('attw', ['--profile', 'esm-only', '--no-emoji', tarball])
    const entries = await checkContents(tarball)
    await checkConsumer(folder, packed, scratch)
    console.log(`${tarball.slice(scratch.length + 1)}: ${entries} files; publint, attw, import and types are fine`)
  }
} finally {
  await rm(scratch, { recursive: true })
}
