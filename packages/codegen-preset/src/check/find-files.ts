import { glob, stat } from 'node:fs/promises'
import { resolve } from 'node:path'

import { CheckError } from './check-error.ts'

/** The files that patterns name: `.sql`, `.ts`, `.tsx`, `.mts` and `.cts`, without declarations and without `node_modules`. */
export async function findFiles(patterns: readonly string[], cwd: string): Promise<string[]> {
  const found = new Set<string>()
  for (const pattern of patterns) {
    const paths = await pathsOf(pattern, cwd)
    if (paths.length === 0) throw new CheckError(`No file of TypeScript or SQL matches ${pattern}`)
    for (const path of paths) found.add(path)
  }
  return [...found].sort()
}

async function pathsOf(pattern: string, cwd: string): Promise<string[]> {
  const single = resolve(cwd, pattern)
  // A path may have what would mean something in a pattern.
  if (await isFile(single)) return [single].filter(isRead)
  const paths: string[] = []
  for await (const path of glob(pattern, { cwd, exclude: (name) => /(?:^|[/\\])node_modules$/.test(name) })) {
    if (isRead(path) && (await isFile(resolve(cwd, path)))) paths.push(resolve(cwd, path))
  }
  return paths
}

export function isSql(path: string): boolean {
  return /\.sql$/i.test(path)
}

function isRead(path: string): boolean {
  return isSql(path) || (/\.(?:tsx?|[cm]ts)$/.test(path) && !/\.d\.[cm]?ts$/.test(path))
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}
