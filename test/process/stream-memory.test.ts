import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

const ROWS = 1_000_000
const MAX_GROWTH_BYTES = 40 * 1024 * 1024

/** V8 collects later on a busy machine; rows that are kept cost 160 MB in every attempt. */
const ATTEMPTS = { retry: 5 }

// Kysely makes several promises for each row, for which V8 enlarges its young generation: that is the warm-up's.
test.each([
  { how: 'driver', warmUpRows: 1_000 },
  { how: 'kysely', warmUpRows: 500_000 },
  { how: 'abortable', warmUpRows: 500_000 },
])(
  'a million rows streamed in batches ($how) raise resident memory by at most 40 MB',
  ATTEMPTS,
  async ({ how, warmUpRows }) => {
    const child = join(import.meta.dirname, 'stream-memory-child.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [child, how, String(warmUpRows), String(ROWS)], {
      env: { ...process.env, DATABASE_URL: sharedServer().url },
    })
    const { seen, grownBytes } = JSON.parse(stdout) as { seen: number; grownBytes: number }
    expect(seen).toBe(ROWS)
    expect(grownBytes).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
  },
)
