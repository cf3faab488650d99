import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

const ROWS = 1_000_000
const MAX_GROWTH_BYTES = 40 * 1024 * 1024

test('streaming a million rows in batches of 1,000 raises resident memory by at most 40 MB', async () => {
  const child = join(import.meta.dirname, 'stream-memory-child.ts')
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', child, String(ROWS)], {
    env: { ...process.env, DATABASE_URL: sharedServer().url },
  })
  const { seen, grownBytes } = JSON.parse(stdout) as { seen: number; grownBytes: number }
  expect(seen).toBe(ROWS)
  expect(grownBytes).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
})
