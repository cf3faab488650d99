import { readFile } from 'node:fs/promises'

import { expect, test } from 'vitest'

import { SCOPE_NAME, SCOPE_VERSION } from './version.ts'

test('the scope is the package as it is published', async () => {
  const manifest: unknown = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'))
  expect(manifest).toMatchObject({ name: SCOPE_NAME, version: SCOPE_VERSION })
})
