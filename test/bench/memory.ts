/**
 * `node test/bench/memory.ts [megabytes]`: how far resident memory rises while COPY moves a gigabyte to a consumer that is
 * slower than the server, or from a producer that is faster. Fails when it is more than the target.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { startPrivateServer } from '../support/test-server.ts'

const AT_MOST_MB = 64
const [megabytes = '1000'] = process.argv.slice(2)

const titles = {
  'out-bytes': 'COPY out to a slow consumer of bytes',
  'out-rows': 'COPY out to a slow consumer of rows',
  'in-bytes': 'COPY in from a fast producer of bytes',
  'in-rows': 'COPY in from a fast producer of rows',
} as const

interface Growth {
  readonly copiedBytes: number
  readonly grownBytes: number
}

async function measure(url: string, how: string): Promise<Growth> {
  const child = join(import.meta.dirname, 'memory-child.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [child, url, how, megabytes])
  return JSON.parse(stdout) as Growth
}

await using server = await startPrivateServer({ settings: { autovacuum: false, max_wal_size: '4GB' } })
for (const [how, title] of Object.entries(titles)) {
  const { copiedBytes, grownBytes } = await measure(server.url, how)
  const reached = grownBytes <= AT_MOST_MB * 1e6 && copiedBytes >= Number(megabytes) * 1e6
  if (!reached) process.exitCode = 1
  process.stdout.write(
    `  ${reached ? 'reached' : 'missed '}  ${title}: + ${(grownBytes / 1e6).toFixed(1)} MB for ${(copiedBytes / 1e6).toFixed(0)} MB, at most ${AT_MOST_MB}\n`,
  )
}
