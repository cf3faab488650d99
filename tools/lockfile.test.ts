import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

import { expect, test } from 'vitest'

test('the lockfile names no registry: packages come from wherever the reader gets them', async () => {
  const lockfile = await readFile(resolve(import.meta.dirname, '../pnpm-lock.yaml'), 'utf8')
  const addresses = lockfile.split('\n').filter((line) => /https?:|tarball:/.test(line))
  expect(addresses).toEqual([])
})
