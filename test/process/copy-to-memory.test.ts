import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

const MEGABYTES = process.env['PGWIRE_FULL'] === '1' ? 1_000 : 300
const WARM_UP_MEGABYTES = 30
const MAX_GROWTH_BYTES = 64 * 1024 * 1024
const TIMEOUT_MS = 180_000

test.each(['bytes', 'rows'])(
  `${MEGABYTES} MB copied out as %s to a slow consumer raise resident memory by at most 64 MB`,
  async (how) => {
    const child = join(import.meta.dirname, 'copy-to-memory-child.ts')
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [child, how, String(WARM_UP_MEGABYTES), String(MEGABYTES)],
      { env: { ...process.env, DATABASE_URL: sharedServer().url } },
    )
    const { seen, grownBytes } = JSON.parse(stdout) as { seen: number; grownBytes: number }
    expect(seen).toBe(MEGABYTES * 1_000)
    expect(grownBytes).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
  },
  TIMEOUT_MS,
)
