import { expect, test } from 'vitest'

import { parseServerVersion } from './server-version.ts'

test.each([
  ['18.4', 18, 4],
  ['14.0', 14, 0],
  ['19beta1', 19, 0],
  ['19rc1', 19, 0],
  ['20devel', 20, 0],
  ['9.4beta1', 9, 4],
  ['9.6.24', 9, 6],
  ['17.2 (Debian 17.2-1.pgdg120+1)', 17, 2],
  ['PostgreSQL 10.1 (Debian 10.1-3)', 10, 1],
  ['PostgreSQL 11.2-YB-2.7.1.1-b0 on x86_64', 11, 2],
  ['Postgres-XL 9.2.1', 9, 2],
  ['', 0, 0],
])('%s is version %i, minor %i', (version, major, minor) => {
  expect(parseServerVersion(version)).toEqual({ major, minor })
})
