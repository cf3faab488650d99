import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

const MEGABYTE = 1_048_576
const MEGABYTES = process.env['PGWIRE_FULL'] === '1' ? 1_024 : 300
const MAX_GROWTH_BYTES = 64 * MEGABYTE

test.each(['rows', 'rows later', 'bytes'])(
  `${MEGABYTES} MB from a fast producer of %s raise resident memory by at most 64 MB`,
  { timeout: 120_000 },
  async (what) => {
    const child = join(import.meta.dirname, 'copy-from-memory-child.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [child, what, '100', String(MEGABYTES)], {
      env: { ...process.env, DATABASE_URL: sharedServer().url },
    })
    const { copied, grownBytes } = JSON.parse(stdout) as { copied: number; grownBytes: number }
    expect(copied).toBeGreaterThanOrEqual(MEGABYTES * MEGABYTE)
    expect(grownBytes).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
  },
)
