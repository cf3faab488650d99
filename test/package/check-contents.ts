import assert from 'node:assert/strict'

import { run } from './run.ts'

/** What has no business in a package. */
const UNWANTED = /\.(test|test-d|cases)\.|node_modules|tsconfig|\.tsbuildinfo/
const WANTED = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'].map(
  (file) => `package/${file}`,
)

/** Looks through a tarball's list of files and gives their number. */
export async function checkContents(tarball: string): Promise<number> {
  const entries = (await run('tar', ['-tzf', tarball])).trim().split('\n')
  assert.deepEqual(
    entries.filter((entry) => UNWANTED.test(entry)),
    [],
    'the package contains what it should not',
  )
  assert.deepEqual(
    WANTED.filter((entry) => !entries.includes(entry)),
    [],
    'the package lacks what it should contain',
  )
  return entries.length
}
